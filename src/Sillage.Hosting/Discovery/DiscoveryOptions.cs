using System.ComponentModel.DataAnnotations;
using System.Net;

namespace Sillage.Hosting.Discovery;

/// <summary>How the copies of services are found that are named by a DNS record, section <c>Discovery</c>.</summary>
public sealed class DiscoveryOptions : IValidatableObject
{
    /// <summary>The name of the section.</summary>
    public const string Section = "Discovery";

    /// <summary>
    /// The DNS server that is asked, as <c>10.0.0.2</c> or <c>127.0.0.1:8600</c>. Default none: those of the machine.
    /// </summary>
    public string? Server { get; set; }

    /// <summary>How often it is asked. 100 ms to 1 minute, default 2 seconds.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan Every { get; set; } = TimeSpan.FromSeconds(2);

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!string.IsNullOrEmpty(Server) && !IPEndPoint.TryParse(Server, out _))
        {
            yield return new ValidationResult(
                $"{Section}:Server must be an IP address, with or without a port, like 10.0.0.2 or 127.0.0.1:8600.",
                [nameof(Server)]
            );
        }
    }
}
