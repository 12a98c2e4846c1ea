/* What is measured of the writer, which sets it. */
#include "store/ingest/writer_metrics.h"

#include "metrics/metrics.h"
#include "store/ingest/batch.h"

static double read_up(void *arg)
{
    return ((const struct writer_gauges *)arg)->is_up ? 1 : 0;
}

static double read_held(void *arg)
{
    return ((const struct writer_gauges *)arg)->is_held ? 1 : 0;
}

static double read_last_success(void *arg)
{
    return ((const struct writer_gauges *)arg)->last_success;
}

static double read_lanes(void *arg)
{
    return ((const struct writer_gauges *)arg)->lanes;
}

static double read_lanes_up(void *arg)
{
    return ((const struct writer_gauges *)arg)->lanes_up;
}

void writer_metrics_init(struct writer_metrics *writer, struct metrics *metrics)
{
    static const double sizes[] = {1, 10, 50, 100, 250, 500, 1000, 2000, 5000, BATCH_ROWS_MAX};
    writer->gauges = (struct writer_gauges){0};
    metrics_gauge(metrics, "adtracker_db_up", "1 while the database is connected and takes events.",
                  "", read_up, &writer->gauges);
    metrics_gauge(
        metrics, "adtracker_ingest_held",
        "1 while storing is paused until somebody acts: the schema, permissions, an event "
        "that ends every connection, or a journal that another process owns.",
        "", read_held, &writer->gauges);
    metrics_gauge(metrics, "adtracker_db_last_success_timestamp_seconds",
                  "Unix time of the last batch committed or database opened.", "",
                  read_last_success, &writer->gauges);
    metrics_gauge(metrics, "adtracker_lanes", "Lanes of the database, as last heard.", "",
                  read_lanes, &writer->gauges);
    metrics_gauge(metrics, "adtracker_lanes_up", "Lanes that are open and take events.", "",
                  read_lanes_up, &writer->gauges);
    writer->batch_seconds =
        metrics_latency_histogram(metrics, "adtracker_db_batch_duration_seconds",
                                  "Time from sending a batch to its commit's answer.", "");
    writer->batch_events =
        metrics_histogram(metrics, "adtracker_db_batch_events", "Events per committed batch.", "",
                          sizes, sizeof sizes / sizeof sizes[0]);
}
