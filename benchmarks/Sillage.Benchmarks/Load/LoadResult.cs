namespace Sillage.Benchmarks.Load;

/// <summary>What one measured stretch gave.</summary>
internal sealed record LoadResult
{
    /// <summary>Requests that were answered well within the stretch; broadcasts that reached all.</summary>
    public required long Requests { get; init; }

    /// <summary>Traces (or rows, or deliveries) in them.</summary>
    public required long Traces { get; init; }

    /// <summary>Requests answered with another status, or not at all.</summary>
    public long Errors { get; init; }

    /// <summary>Traces acknowledged at any time, the warm-up included.</summary>
    public long Acknowledged { get; init; }

    /// <summary>What the first error was.</summary>
    public string? FirstError { get; init; }

    public required TimeSpan Elapsed { get; init; }

    /// <summary>Processor time of the server and of all processes that it uses (its database engine too).</summary>
    public TimeSpan ServerProcessor { get; init; }

    /// <summary>Processor time of the client, to judge how much of the machine it took.</summary>
    public TimeSpan ClientProcessor { get; init; }

    /// <summary>Memory of the server's processes at the end, shared pages counted once (PSS).</summary>
    public long Memory { get; init; }

    /// <summary>The share of all processors, 0 to 1, that others on the machine took meanwhile.</summary>
    public double Others { get; init; }

    public Histogram Latency { get; init; } = new();

    /// <summary>Of messages: until the last of those who hear them has read them.</summary>
    public Histogram ToLast { get; init; } = new();

    public double PerSecond => Requests / Elapsed.TotalSeconds;

    public double TracesPerSecond => Traces / Elapsed.TotalSeconds;

    public double ProcessorMicrosecondsPerTrace => Traces == 0 ? 0 : ServerProcessor.TotalMicroseconds / Traces;

    /// <summary>Traces a second, or requests where none are sent.</summary>
    public double WorkPerSecond => Traces > 0 ? TracesPerSecond : PerSecond;

    /// <summary>Processor time of a trace, or of a request where none are sent.</summary>
    public double ProcessorMicrosecondsPerWork =>
        Traces > 0 ? ProcessorMicrosecondsPerTrace
        : Requests > 0 ? ServerProcessor.TotalMicroseconds / Requests
        : 0;
}
