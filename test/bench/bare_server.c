/*
 * What evhttp itself costs: handlers that answer as the tracker does and keep nothing. The
 * tracker's rates are told as ratios to these.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <jansson.h>

enum { TEXT_MAX_BYTES = 1024 * 1024 };

struct text {
    char *bytes;
    size_t length;
};

/* What the GET routes answer, whole. */
struct texts {
    struct text ads;
    struct text metrics;
    struct text vast;
};

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static struct text read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    struct text text = {.bytes = malloc(TEXT_MAX_BYTES)};
    if (file == NULL || text.bytes == NULL)
        die(path);
    text.length = fread(text.bytes, 1, TEXT_MAX_BYTES, file);
    if (fclose(file) != 0 || text.length == 0)
        die(path);
    return text;
}

/* The same parse as the tracker's, and the same three members. */
static int is_event(struct evbuffer *body)
{
    json_error_t error;
    size_t body_bytes = evbuffer_get_length(body);
    const char *text = (const char *)evbuffer_pullup(body, -1);
    json_t *object =
        json_loadb(text == NULL ? "" : text, body_bytes, JSON_REJECT_DUPLICATES, &error);
    int is_good = json_is_integer(json_object_get(object, "ad_id")) &&
                  json_is_string(json_object_get(object, "ip")) &&
                  json_is_integer(json_object_get(object, "video_playback_time"));
    json_decref(object);
    return is_good;
}

static void reply(struct evhttp_request *request, int status, const char *type, struct text body)
{
    (void)evhttp_add_header(evhttp_request_get_output_headers(request), "Content-Type", type);
    (void)evbuffer_add_reference(evhttp_request_get_output_buffer(request), body.bytes, body.length,
                                 NULL, NULL);
    evhttp_send_reply(request, status, NULL, NULL);
}

static void on_request(struct evhttp_request *request, void *arg)
{
    static char queued[] = "{\"status\":\"queued\"}";
    const struct texts *texts = arg;
    const char *path = evhttp_request_get_uri(request);
    if (strcmp(path, "/ads/click") == 0) {
        if (is_event(evhttp_request_get_input_buffer(request)))
            reply(request, 202, "application/json", (struct text){queued, sizeof queued - 1});
        else
            evhttp_send_error(request, 400, NULL);
    } else if (strcmp(path, "/ads") == 0) {
        reply(request, 200, "application/json", texts->ads);
    } else if (strcmp(path, "/metrics") == 0) {
        reply(request, 200, "text/plain; version=0.0.4; charset=utf-8", texts->metrics);
    } else if (strncmp(path, "/vast", 5) == 0) {
        reply(request, 200, "application/xml; charset=utf-8", texts->vast);
    } else if (strncmp(path, "/t/", 3) == 0) {
        evhttp_send_reply(request, 204, NULL, NULL);
    } else if (strncmp(path, "/c/", 3) == 0) {
        (void)evhttp_add_header(evhttp_request_get_output_headers(request), "Location",
                                "https://t.example/");
        evhttp_send_reply(request, 302, NULL, NULL);
    } else {
        evhttp_send_error(request, 404, NULL);
    }
}

static struct event_base *new_base(void)
{
    struct event_config *options = event_config_new();
    if (options == NULL)
        die("event_config_new");
    (void)event_config_set_flag(options, EVENT_BASE_FLAG_EPOLL_USE_CHANGELIST);
    struct event_base *base = event_base_new_with_config(options);
    event_config_free(options);
    if (base == NULL)
        die("event_base_new_with_config");
    return base;
}

/* Accepted sockets take TCP_NODELAY from it: longer answers leave in several writes, and each but
 * the first would wait for an acknowledgement. */
static void bind_to(struct evhttp *http, const char *port)
{
    int on = 1;
    struct evhttp_bound_socket *bound =
        evhttp_bind_socket_with_handle(http, "127.0.0.1", (ev_uint16_t)strtoul(port, NULL, 10));
    if (bound == NULL || setsockopt(evhttp_bound_socket_get_fd(bound), IPPROTO_TCP, TCP_NODELAY,
                                    &on, sizeof on) != 0)
        die("binding");
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        (void)fprintf(stderr, "usage: bare_server PORT ADS_FILE METRICS_FILE VAST_FILE\n");
        return 2;
    }
    (void)signal(SIGPIPE, SIG_IGN);
    struct texts texts = {read_file(argv[2]), read_file(argv[3]), read_file(argv[4])};
    struct event_base *base = new_base();
    struct evhttp *http = evhttp_new(base);
    if (http == NULL)
        die("evhttp_new");
    evhttp_set_gencb(http, on_request, &texts);
    bind_to(http, argv[1]);
    (void)event_base_dispatch(base);
    return 1;
}
