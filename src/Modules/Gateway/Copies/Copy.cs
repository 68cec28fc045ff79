using System.Text.Json.Nodes;
using Sillage.Hosting.Descriptions;

namespace Sillage.Gateway.Copies;

/// <summary>One process of a service: where it is, what it last told of itself, and how it is doing.</summary>
internal sealed class Copy(Uri address, int weight, Breaker breaker)
{
    private const int MostSilences = 3;

    private int _underWay;
    private int _silences;

    /// <summary>Where it is.</summary>
    public Uri Address => address;

    /// <summary>See <see cref="GatewayService.Weights"/>.</summary>
    public int Weight { get; set; } = weight;

    /// <summary>Whether discovery tells of it no more: it goes on with the sessions that it has, as long as it is there.</summary>
    public bool IsLeaving { get; set; }

    /// <summary>What keeps requests from it while it fails.</summary>
    public Breaker Breaker => breaker;

    /// <summary>Whether it answered when it was last asked.</summary>
    public bool IsUp { get; private set; }

    /// <summary>How long that took.</summary>
    public TimeSpan ResponseTime { get; private set; }

    /// <summary>What it last told of itself; kept while it is away.</summary>
    public ServiceDescription? Description { get; private set; }

    /// <summary>By which it says that nothing has changed.</summary>
    public string? Version { get; private set; }

    /// <summary>Its OpenAPI document, as it was last told; null while one is to be asked for.</summary>
    public JsonObject? Document { get; set; }

    /// <summary>How many requests it has from here.</summary>
    public int UnderWay => Volatile.Read(ref _underWay);

    /// <summary>What more it can take: the smaller, the sooner it is chosen.</summary>
    public double Load => (UnderWay + 1.0) / Weight;

    public void Begin() => Interlocked.Increment(ref _underWay);

    public void End() => Interlocked.Decrement(ref _underWay);

    /// <summary>It answered.</summary>
    public void Hear(TimeSpan responseTime)
    {
        _silences = 0;
        (IsUp, ResponseTime) = (true, responseTime);
    }

    /// <summary>It told what it answers.</summary>
    public void Learn(ServiceDescription description, string? version)
    {
        // A copy that has begun anew is another: what the last one did is not held against it.
        if (Description is not null && Description.Instance != description.Instance)
        {
            breaker.Succeed();
        }

        // Another version of the program has another document.
        if (Description?.Version != description.Version)
        {
            Document = null;
        }

        (Description, Version) = (description, version);
    }

    /// <summary>It did not answer.</summary>
    /// <param name="isGone">Nobody listens there, or it said that it ends; else it was only slow.</param>
    public void Miss(bool isGone)
    {
        if (isGone || ++_silences >= MostSilences)
        {
            IsUp = false;
        }
    }
}
