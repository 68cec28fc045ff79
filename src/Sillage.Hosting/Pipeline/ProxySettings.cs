using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;

namespace Sillage.Hosting.Pipeline;

/// <summary>Which proxies stand before this server: section <c>Proxies</c>.</summary>
public sealed class ProxySettings : IValidatableObject
{
    /// <summary>
    /// Addresses (<c>10.0.0.5</c>) or networks (<c>10.0.0.0/8</c>) whose <c>X-Forwarded-For</c>, <c>-Proto</c> and
    /// <c>-Host</c> are believed. Default: none, and nobody's are.
    /// </summary>
    public IReadOnlyList<string> Trusted { get; set; } = [];

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        Trusted
            .Where(t => !System.Net.IPNetwork.TryParse(t, out _) && !IPAddress.TryParse(t, out _))
            .Select(t => new ValidationResult($"'{t}' is not an address or a network.", [nameof(Trusted)]));
}

internal sealed class ForwardedHeadersSetup(IOptions<ProxySettings> settings)
    : IConfigureOptions<ForwardedHeadersOptions>
{
    public void Configure(ForwardedHeadersOptions options)
    {
        // The framework believes loopback unasked; here only what the setting names.
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        options.ForwardLimit = null;
        options.ForwardedHeaders = settings.Value.Trusted.Count == 0 ? ForwardedHeaders.None : ForwardedHeaders.All;
        foreach (var trusted in settings.Value.Trusted)
        {
            if (IPAddress.TryParse(trusted, out var address))
            {
                options.KnownProxies.Add(address);
            }
            else if (System.Net.IPNetwork.TryParse(trusted, out var network))
            {
                options.KnownIPNetworks.Add(network);
            }
        }
    }
}
