using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Sillage.Hosting.Telemetry;

/// <summary>What the server tells of itself, and to whom: section <c>Telemetry</c>.</summary>
public sealed class TelemetryOptions : IValidatableObject
{
    /// <summary>How log lines look. Default <c>Auto</c>: text on a terminal, JSON otherwise.</summary>
    public LogForm Logs { get; set; } = LogForm.Auto;

    /// <summary>
    /// Addresses (<c>10.0.0.5</c>) or networks (<c>10.0.0.0/8</c>) that may read <c>/metrics</c> without a credential.
    /// Default: none; a credential with the permission <c>metrics.read</c> is needed.
    /// </summary>
    public IReadOnlyList<string> MetricsNetworks { get; set; } = [];

    /// <summary>Where traces and metrics are sent to by OTLP, such as <c>http://localhost:4318</c>. Default: nowhere.</summary>
    public Uri? Otlp { get; set; }

    /// <summary>How OTLP is spoken. Default <c>Http</c> (protobuf).</summary>
    public OtlpForm OtlpProtocol { get; set; } = OtlpForm.Http;

    /// <summary>The share of requests that are traced where OTLP is on and the client does not decide. Default 1, all.</summary>
    [Range(0.0, 1.0)]
    public double TraceRatio { get; set; } = 1;

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var text in MetricsNetworks.Where(t => !IPNetwork.TryParse(t, out _) && !IPAddress.TryParse(t, out _)))
        {
            yield return new ValidationResult($"'{text}' is not an address or a network.", [nameof(MetricsNetworks)]);
        }

        if (Otlp is not null && (!Otlp.IsAbsoluteUri || Otlp.Scheme is not ("http" or "https")))
        {
            yield return new ValidationResult("It is not an address such as http://localhost:4318.", [nameof(Otlp)]);
        }
    }
}

/// <summary>How log lines look.</summary>
public enum LogForm
{
    /// <summary>Text on a terminal, JSON otherwise.</summary>
    Auto,

    /// <summary>One line of text each.</summary>
    Text,

    /// <summary>One JSON object a line.</summary>
    Json,
}

/// <summary>The two forms of OTLP.</summary>
public enum OtlpForm
{
    /// <summary>Protobuf over HTTP, usually on port 4318.</summary>
    Http,

    /// <summary>gRPC, usually on port 4317.</summary>
    Grpc,
}
