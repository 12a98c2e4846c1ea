/* A disk that fails on command: in this executable, and in the sync worker that it is as well, the
 * journal's system calls go through here. */
#pragma once

#include <stdint.h>

/* Counts of calls, from when disk_faults_reset() ran; 1 = the next one, 0 = none. */
struct disk_fault_plan {
    unsigned write_fails_in;     /* pwrite(); it writes half */
    unsigned sync_fails_in;      /* fdatasync() */
    unsigned full_sync_fails_in; /* fsync() */
    unsigned reserve_fails_in;   /* fallocate() */
    unsigned copy_fails_in;   /* write() of a quarantined range or a small file; it writes half */
    unsigned fails_more;      /* so many calls of the same kind fail after that */
    int reason;               /* errno; 0 = EIO */
    unsigned piece_bytes;     /* pwrite() and write() take no more at once, and every other
                                 pwrite() is interrupted; 0 = they take all */
    uint64_t free_bytes;      /* that statvfs() tells; 0 = what there are */
    uint64_t disk_bytes;      /* statvfs() tells of a disk of so many, less the directory's files */
    uint64_t bad_from;        /* pread() of bytes from here */
    uint64_t bad_to;          /* to before here gives EIO, in any file */
    int open_reason;          /* errno of every openat() of a segment; 0 = it works */
    int copy_reason;          /* the same of a torn tail's copy */
    unsigned writes;          /* pwrite() */
    unsigned syncs;           /* fdatasync() */
    unsigned file_syncs;      /* fsync() of a file */
    unsigned directory_syncs; /* fsync() of a directory */
    unsigned sync_takes_us;   /* fdatasync(), at least */
    unsigned worker_syncs;    /* calls of both kinds that the worker has begun */
    unsigned is_held;         /* 1 = the worker's wait, until it is 0 */
};

/* In memory that both share. */
extern struct disk_fault_plan *disk_faults_shared;
#define disk_faults (*disk_faults_shared)

/* A disk without faults. */
void disk_faults_reset(void);
