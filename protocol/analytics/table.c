/* The sums of an answer: of each group in each bucket. */
#include "protocol/analytics/table.h"

#include <assert.h>
#include <stdlib.h>

#include "protocol/analytics/group_index.h"
#include "protocol/analytics/question.h"
#include "protocol/memory.h"
#include "protocol/render.h"

enum { CHUNK_BYTES = 64 * 1024 };

/* A block is the sums of a group, by bucket. They lie in chunks: a hundred thousand single ones
 * would take milliseconds to free. Those behind the last group's are of groups that were dropped:
 * all zero, for the next ones. */
struct analytics_table {
    size_t buckets;
    bool has_groups;
    struct group_index groups;
    struct analytics_sums **blocks; /* by group */
    size_t block_count;
    size_t blocks_per_chunk;
    struct analytics_sums **chunks; /* owned, and what they point to */
    size_t chunk_count;
    struct group_index placements; /* those that have a name */
    size_t *name_offsets;          /* in `names`, by number of a placement; owned */
    size_t name_room;
    struct render_text names; /* each terminated */
};

struct analytics_table *analytics_table_new(size_t buckets, bool has_groups)
{
    assert(buckets > 0);
    struct analytics_table *table = memory_zeroed(sizeof *table);
    size_t fitting = CHUNK_BYTES / (buckets * sizeof(struct analytics_sums));
    table->buckets = buckets;
    table->has_groups = has_groups;
    table->blocks_per_chunk = fitting > 0 ? fitting : 1;
    group_index_init(&table->groups);
    group_index_init(&table->placements);
    if (!has_groups) {
        static const struct analytics_sums nothing;
        bool is_added = analytics_table_add(table, (struct analytics_group_key){0}, 0, &nothing, 1);
        assert(is_added);
        (void)is_added;
    }
    return table;
}

void analytics_table_free(struct analytics_table *table)
{
    if (table == NULL)
        return;
    for (size_t i = 0; i < table->chunk_count; i++)
        free(table->chunks[i]);
    free(table->chunks);
    free(table->blocks);
    free(table->name_offsets);
    render_clear(&table->names);
    group_index_clear(&table->groups);
    group_index_clear(&table->placements);
    free(table);
}

static void add_chunk(struct analytics_table *table)
{
    size_t per_chunk = table->blocks_per_chunk;
    size_t chunks = table->chunk_count + 1;
    struct analytics_sums *chunk =
        memory_zeroed_array(per_chunk * table->buckets, sizeof(struct analytics_sums));
    table->chunks = memory_resized(table->chunks, chunks * sizeof(struct analytics_sums *));
    table->blocks =
        memory_resized(table->blocks, chunks * per_chunk * sizeof(struct analytics_sums *));
    for (size_t i = 0; i < per_chunk; i++)
        table->blocks[table->block_count++] = chunk + i * table->buckets;
    table->chunks[table->chunk_count++] = chunk;
}

/* GROUP_INDEX_NONE where there is no room for another. */
static size_t add_group(struct analytics_table *table, struct analytics_group_key key)
{
    if ((table->groups.count + 1) * table->buckets > ANALYTICS_CELLS_MAX)
        return GROUP_INDEX_NONE;
    if (table->groups.count == table->block_count)
        add_chunk(table);
    return group_index_add(&table->groups, key);
}

bool analytics_table_add(struct analytics_table *table, struct analytics_group_key key,
                         size_t bucket, const struct analytics_sums *sums, int times)
{
    assert(bucket < table->buckets);
    size_t group = group_index_find(&table->groups, key);
    if (group == GROUP_INDEX_NONE)
        group = add_group(table, key);
    if (group == GROUP_INDEX_NONE)
        return false;
    analytics_sums_add(&table->blocks[group][bucket], sums, times);
    return true;
}

size_t analytics_table_groups(const struct analytics_table *table)
{
    return table->groups.count;
}

size_t analytics_table_buckets(const struct analytics_table *table)
{
    return table->buckets;
}

struct analytics_group_key analytics_table_key(const struct analytics_table *table, size_t group)
{
    assert(group < table->groups.count);
    return table->groups.keys[group];
}

const struct analytics_sums *analytics_table_sums(const struct analytics_table *table, size_t group,
                                                  size_t bucket)
{
    assert(group < table->groups.count && bucket < table->buckets);
    return &table->blocks[group][bucket];
}

const struct analytics_sums *analytics_table_find(const struct analytics_table *table,
                                                  struct analytics_group_key key, size_t bucket)
{
    size_t group = group_index_find(&table->groups, key);
    return group == GROUP_INDEX_NONE ? NULL : &table->blocks[group][bucket];
}

void analytics_table_drop_empty(struct analytics_table *table, struct analytics_group_key key)
{
    size_t group = group_index_find(&table->groups, key);
    if (group == GROUP_INDEX_NONE || !table->has_groups)
        return;
    struct analytics_sums *block = table->blocks[group];
    for (size_t i = 0; i < table->buckets; i++) {
        if (!analytics_sums_are_zero(&block[i]))
            return;
    }
    table->blocks[group] = table->blocks[table->groups.count - 1];
    table->blocks[table->groups.count - 1] = block;
    group_index_remove(&table->groups, group);
}

void analytics_table_name(struct analytics_table *table, int64_t placement, const char *name,
                          size_t bytes)
{
    struct analytics_group_key key = {.key = placement};
    if (group_index_find(&table->placements, key) != GROUP_INDEX_NONE)
        return;
    size_t number = group_index_add(&table->placements, key);
    if (number == table->name_room) {
        table->name_room = number == 0 ? 16 : number * 2;
        table->name_offsets =
            memory_resized(table->name_offsets, table->name_room * sizeof *table->name_offsets);
    }
    table->name_offsets[number] = table->names.length;
    render_bytes(&table->names, name, bytes);
    render_bytes(&table->names, "", 1);
}

const char *analytics_table_name_of(const struct analytics_table *table, int64_t placement)
{
    size_t number =
        group_index_find(&table->placements, (struct analytics_group_key){.key = placement});
    return number == GROUP_INDEX_NONE ? NULL : table->names.bytes + table->name_offsets[number];
}
