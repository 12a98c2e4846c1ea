/*
 * A constant-rate load: request number i is due at start + i / rate, whether or not earlier ones
 * are answered, and its latency counts from then. So a stall shows in every request that was due in
 * it, where a client that waits for its answers would send, and measure, just one.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum {
    CONNECTIONS_MAX = 4096,
    BODIES_MAX = 100000,
    REQUESTS_MAX = 50 * 1000 * 1000,
    REQUEST_MAX_BYTES = 1024,
    ANSWER_MAX_BYTES = 64 * 1024,
    EVENTS = 256,
    LAST_ANSWERS_S = 10, /* unless another time is given */
    SECOND_NS = 1000000000,
};

struct connection {
    int fd;
    uint64_t due_ns;  /* of the request in flight */
    uint64_t idle_ns; /* since when it waits for a request */
    size_t used;
    char answer[ANSWER_MAX_BYTES];
};

struct request {
    char *bytes;
    size_t length;
};

/* `idle` is a ring of the connections that wait for a request: each is used in its turn. */
struct load {
    int epoll_fd;
    int timer_fd;
    struct connection *connections;
    size_t connection_count;
    size_t *idle;
    size_t idle_first;
    size_t idle_count;
    struct request *requests;
    size_t request_count;
    uint64_t start_ns;
    double rate;
    double last_answers_s; /* how long they are waited for when all is due */
    size_t total;
    size_t sent;
    size_t answered;
    size_t refused;    /* of `answered`: status not 2xx */
    uint32_t *took_us; /* by answer: from when the request was due */
    uint32_t *late_us; /* by request: how late we sent it, but for waits for a connection */
};

static void die(const char *what)
{
    (void)fprintf(stderr, "load: %s: %s\n", what, errno == 0 ? "unusable" : strerror(errno));
    exit(1);
}

static void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count, size);
    if (memory == NULL)
        die("calloc");
    return memory;
}

static uint64_t now_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * SECOND_NS + (uint64_t)now.tv_nsec;
}

static uint64_t due_ns(const struct load *load, size_t index)
{
    return load->start_ns + (uint64_t)((double)index / load->rate * SECOND_NS);
}

/* A POST of the body, or a GET without one. */
static void add_request(struct load *load, const char *path, const char *body)
{
    struct request *request = &load->requests[load->request_count++];
    int length = body == NULL
                     ? asprintf(&request->bytes, "GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n", path)
                     : asprintf(&request->bytes,
                                "POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                                "application/json\r\nContent-Length: %zu\r\n\r\n%s",
                                path, strlen(body), body);
    if (length < 0)
        die("asprintf");
    request->length = (size_t)length;
}

/* A request for each line of the file. */
static void read_bodies(struct load *load, const char *path, const char *file_name)
{
    FILE *file = fopen(file_name, "r");
    char line[REQUEST_MAX_BYTES];
    if (file == NULL)
        die(file_name);
    while (load->request_count < BODIES_MAX && fgets(line, sizeof line, file) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        add_request(load, path, line);
    }
    if (fclose(file) != 0 || load->request_count == 0)
        die(file_name);
}

static void open_connection(struct load *load, struct connection *connection, uint16_t port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    int on = 1;
    connection->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection->fd < 0 ||
        connect(connection->fd, (const struct sockaddr *)&address, sizeof address) != 0 ||
        setsockopt(connection->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) != 0 ||
        fcntl(connection->fd, F_SETFL, O_NONBLOCK) != 0 ||
        epoll_ctl(load->epoll_fd, EPOLL_CTL_ADD, connection->fd, &event) != 0)
        die("connecting");
    load->idle[load->idle_count++] = (size_t)(connection - load->connections);
}

/* Where no connection was idle when the request was due, the wait for one is the server's doing. */
static void send_next(struct load *load)
{
    struct connection *connection = &load->connections[load->idle[load->idle_first]];
    load->idle_first = (load->idle_first + 1) % load->connection_count;
    load->idle_count--;
    const struct request *request = &load->requests[load->sent % load->request_count];
    connection->due_ns = due_ns(load, load->sent);
    bool was_idle = connection->idle_ns <= connection->due_ns;
    load->late_us[load->sent++] = was_idle ? (uint32_t)((now_ns() - connection->due_ns) / 1000) : 0;
    if (send(connection->fd, request->bytes, request->length, MSG_NOSIGNAL) !=
        (ssize_t)request->length)
        die("sending");
}

/* Sends all that is due and can be sent, and sets the timer for the next. */
static void send_due(struct load *load)
{
    while (load->sent < load->total && load->idle_count > 0 && due_ns(load, load->sent) <= now_ns())
        send_next(load);
    struct itimerspec next = {0};
    if (load->sent < load->total && load->idle_count > 0) {
        uint64_t at = due_ns(load, load->sent);
        next.it_value.tv_sec = (time_t)(at / SECOND_NS);
        next.it_value.tv_nsec = (long)(at % SECOND_NS);
    }
    if (timerfd_settime(load->timer_fd, TFD_TIMER_ABSTIME, &next, NULL) != 0)
        die("timerfd_settime");
}

/* Whether what has come so far is a whole answer. */
static bool is_whole(struct connection *connection)
{
    connection->answer[connection->used] = '\0';
    const char *end = strstr(connection->answer, "\r\n\r\n");
    if (end == NULL)
        return false;
    const char *length = strcasestr(connection->answer, "\r\nContent-Length:");
    if (length == NULL || length > end) {
        errno = 0;
        die("an answer without Content-Length");
    }
    size_t body_bytes = strtoul(length + strlen("\r\nContent-Length:"), NULL, 10);
    return connection->used == (size_t)(end + 4 - connection->answer) + body_bytes;
}

static void read_answer(struct load *load, struct connection *connection)
{
    ssize_t bytes = recv(connection->fd, connection->answer + connection->used,
                         sizeof connection->answer - connection->used - 1, 0);
    if (bytes < 0 && errno == EAGAIN)
        return;
    if (bytes <= 0)
        die("the server closed a connection, or its answer is too long");
    connection->used += (size_t)bytes;
    if (!is_whole(connection))
        return;
    load->refused += strncmp(connection->answer, "HTTP/1.1 2", 10) != 0;
    connection->idle_ns = now_ns();
    load->took_us[load->answered++] = (uint32_t)((connection->idle_ns - connection->due_ns) / 1000);
    connection->used = 0;
    size_t last = (load->idle_first + load->idle_count++) % load->connection_count;
    load->idle[last] = (size_t)(connection - load->connections);
}

static void run(struct load *load)
{
    struct epoll_event events[EVENTS];
    load->start_ns = now_ns() + SECOND_NS / 100;
    uint64_t end_ns = due_ns(load, load->total) + (uint64_t)(load->last_answers_s * SECOND_NS);
    while (load->answered < load->total && now_ns() < end_ns) {
        send_due(load);
        int count = epoll_wait(load->epoll_fd, events, EVENTS, 100);
        for (int i = 0; i < count; i++) {
            uint64_t expirations;
            if (events[i].data.ptr != NULL)
                read_answer(load, events[i].data.ptr);
            else if (read(load->timer_fd, &expirations, sizeof expirations) < 0 && errno != EAGAIN)
                die("timerfd");
        }
    }
}

static int compare(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a;
    uint32_t right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

/* Of sorted values, the smallest that `share` of them don't exceed. */
static uint32_t quantile(const uint32_t *sorted, size_t count, double share)
{
    size_t rank = (size_t)(share * (double)count);
    return count == 0 ? 0 : sorted[rank < count ? rank : count - 1];
}

static void report(struct load *load)
{
    qsort(load->took_us, load->answered, sizeof *load->took_us, compare);
    qsort(load->late_us, load->sent, sizeof *load->late_us, compare);
    (void)printf(
        "{\"sent\":%zu,\"answered\":%zu,\"refused\":%zu,\"p50_us\":%u,\"p99_us\":%u,"
        "\"p999_us\":%u,\"max_us\":%u,\"late_p99_us\":%u}\n",
        load->sent, load->answered, load->refused, quantile(load->took_us, load->answered, 0.5),
        quantile(load->took_us, load->answered, 0.99),
        quantile(load->took_us, load->answered, 0.999), quantile(load->took_us, load->answered, 1),
        quantile(load->late_us, load->sent, 0.99));
}

static void set_up(struct load *load, uint16_t port)
{
    struct epoll_event timer = {.events = EPOLLIN};
    load->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    load->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    if (load->epoll_fd < 0 || load->timer_fd < 0 ||
        epoll_ctl(load->epoll_fd, EPOLL_CTL_ADD, load->timer_fd, &timer) != 0)
        die("epoll");
    load->connections = allocate(load->connection_count, sizeof *load->connections);
    load->idle = allocate(load->connection_count, sizeof *load->idle);
    load->took_us = allocate(load->total, sizeof *load->took_us);
    load->late_us = allocate(load->total, sizeof *load->late_us);
    for (size_t i = 0; i < load->connection_count; i++)
        open_connection(load, &load->connections[i], port);
}

static void clear(struct load *load)
{
    for (size_t i = 0; i < load->request_count; i++)
        free(load->requests[i].bytes);
    free(load->requests);
    free(load->connections);
    free(load->idle);
    free(load->took_us);
    free(load->late_us);
}

int main(int argc, char **argv)
{
    if (argc < 6 || argc > 8) {
        (void)fprintf(stderr, "usage: load PORT PATH CONNECTIONS RATE SECONDS "
                              "[BODIES_FILE [LAST_ANSWERS_SECONDS]]\n");
        return 2;
    }
    struct load load = {.connection_count = strtoul(argv[3], NULL, 10),
                        .rate = strtod(argv[4], NULL),
                        .last_answers_s = argc == 8 ? strtod(argv[7], NULL) : LAST_ANSWERS_S};
    double total = load.rate * strtod(argv[5], NULL);
    if (load.connection_count < 1 || load.connection_count > CONNECTIONS_MAX || !(total >= 1) ||
        total > REQUESTS_MAX)
        die("the number of connections or requests");
    load.total = (size_t)total;
    load.requests = allocate(BODIES_MAX, sizeof *load.requests);
    if (argc > 6)
        read_bodies(&load, argv[2], argv[6]);
    else
        add_request(&load, argv[2], NULL);
    set_up(&load, (uint16_t)strtoul(argv[1], NULL, 10));
    /* The generator shares its core: its own delays would show as the server's. */
    const struct sched_param first = {.sched_priority = 1};
    (void)sched_setscheduler(0, SCHED_FIFO, &first);
    run(&load);
    report(&load);
    clear(&load);
    return 0;
}
