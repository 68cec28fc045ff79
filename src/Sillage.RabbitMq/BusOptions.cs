using System.ComponentModel.DataAnnotations;

namespace Sillage.RabbitMq;

/// <summary>How events get from one process to another, section <c>Bus</c>.</summary>
public sealed class BusOptions
{
    /// <summary>
    /// The RabbitMQ (3.10 or later) that carries events between processes: <c>amqp://user:password@host:5672/vhost</c>, or <c>amqps://</c> with
    /// TLS. Default: none; processes that share a PostgreSQL then write into each other's inboxes.
    /// </summary>
    public string? RabbitMq { get; set; }

    /// <summary>Events of one module that are on their way into its inbox at the same time. Default 200.</summary>
    [Range(1, 10_000)]
    public int Prefetch { get; set; } = 200;

    /// <summary>
    /// How long RabbitMQ may take to confirm events, 1 s to 5 min. After that they count as not handed over, and go again on a new channel. Default
    /// 10 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan ConfirmTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How often each queue is looked at: whether it is still there, how much waits, and whether what waits comes. 0.1 s to 10 min. Default 10 s.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan WatchInterval { get; set; } = TimeSpan.FromSeconds(10);
}
