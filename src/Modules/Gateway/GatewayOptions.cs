using System.ComponentModel.DataAnnotations;

namespace Sillage.Gateway;

/// <summary>The services behind a gateway, section <c>Gateway</c>.</summary>
public sealed class GatewayOptions : IValidatableObject
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Gateway";

    /// <summary>
    /// The services by name, as <c>Gateway:Services:posts:Addresses:0</c>. Where two answer at the same address, the one that comes
    /// first by name does. Default none: then this process is no gateway.
    /// </summary>
    public IDictionary<string, GatewayService> Services { get; } =
        new Dictionary<string, GatewayService>(StringComparer.OrdinalIgnoreCase);

    /// <summary>How often each copy is asked what it answers and whether it is there. 100 ms to 1 minute, default 1 second.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan Poll { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a copy may take to answer that; one that takes longer three times in a row is left out. Default 2 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a request may take that does not stream; above the services' <c>Limits:Handler</c>. Default 35 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(35);

    /// <summary>
    /// How long nothing may come on a stream or a WebSocket before it is cut; above the heartbeats of both, 25 seconds. Default 2
    /// minutes.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:30", "1.00:00:00")]
    public TimeSpan Silence { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How often one request is tried at most. 1 to 5, default 3.</summary>
    [Range(1, 5)]
    public int Tries { get; set; } = 3;

    /// <summary>How many tries more there may be for each request, over time: 0.2 is one for five. 0 to 1, default 0.2.</summary>
    [Range(0, 1)]
    public double RetryShare { get; set; } = 0.2;

    /// <summary>The longest body that is kept to be sent again, in bytes. 0 to 512 KiB, default 64 KiB.</summary>
    [Range(0, 512 * 1024)]
    public int RetryBody { get; set; } = 64 * 1024;

    /// <summary>After how many failures in a row a copy gets nothing for a while; one that nobody listens at, after one. Default 5.</summary>
    [Range(1, 1000)]
    public int Failures { get; set; } = 5;

    /// <summary>How long it gets nothing, until one request tries it. Default 2 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:10:00")]
    public TimeSpan Pause { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Which share of a service's copies may be left out because they fail; those that nobody listens at are left out whatever
    /// the share. 0 to 1, default 0.5.
    /// </summary>
    [Range(0, 1)]
    public double MostLeftOut { get; set; } = 0.5;

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        Services.SelectMany(service => service.Value.Faults($"{Section}:Services:{service.Key}"));
}

/// <summary>A service behind a gateway.</summary>
public sealed class GatewayService
{
    /// <summary>Where its copies are, as <c>http://10.0.0.5:8000</c>. Each is asked directly: no balancer stands between.</summary>
    public IReadOnlyList<string> Addresses { get; set; } = [];

    /// <summary>
    /// The SRV record that tells where its copies are, in place of addresses, as <c>_http._tcp.posts.default.svc.cluster.local</c>; asked for
    /// again every <c>Discovery:Every</c>. Default none.
    /// </summary>
    public string? Discover { get; set; }

    /// <summary>
    /// How much each copy takes, in the order of the addresses: one of 2 gets twice what one of 1 gets, and one of 0 gets something only
    /// where there is no other. 0 to 100. Default 1 each.
    /// </summary>
    public IReadOnlyList<int> Weights { get; set; } = [];

    /// <summary>Whether the deployment cannot do without it: then <c>/health</c> answers 503 while all its copies are away. Default true.</summary>
    public bool Required { get; set; } = true;

    /// <summary>How many requests may be under way to it at once, streams not counted. Beyond, 503. 1 to 100 000, default 1000.</summary>
    public int Parallel { get; set; } = 1000;

    internal IEnumerable<ValidationResult> Faults(string section)
    {
        if (Discover is { Length: > 0 })
        {
            if (Addresses.Count > 0 || Weights.Count > 0)
            {
                yield return new ValidationResult($"{section}:Discover takes the place of Addresses and Weights.");
            }
        }
        else if (Addresses.Count == 0)
        {
            yield return new ValidationResult($"{section}:Addresses has none.");
        }

        foreach (var text in Addresses)
        {
            if (
                !Uri.TryCreate(text, UriKind.Absolute, out var uri)
                || uri.Scheme is not ("http" or "https")
                || uri.PathAndQuery != "/"
            )
            {
                yield return new ValidationResult(
                    $"'{text}' in {section}:Addresses is no address like http://posts:8000, without a path."
                );
            }
        }

        if (Addresses.Distinct(StringComparer.OrdinalIgnoreCase).Count() < Addresses.Count)
        {
            yield return new ValidationResult($"{section}:Addresses has one twice.");
        }

        if (Weights.Count > 0 && (Weights.Count != Addresses.Count || Weights.Any(weight => weight is < 0 or > 100)))
        {
            yield return new ValidationResult($"{section}:Weights are as many as the addresses, each 0 to 100.");
        }

        if (Parallel is < 1 or > 100_000)
        {
            yield return new ValidationResult($"{section}:Parallel is 1 to 100 000.");
        }
    }
}
