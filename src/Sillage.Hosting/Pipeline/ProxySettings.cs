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
    /// Addresses (<c>10.0.0.5</c>) or networks (<c>10.0.0.0/8</c>) whose <c>X-Forwarded-For</c> and
    /// <c>-Proto</c> are believed. Default: none, and nobody's are.
    /// </summary>
    public IReadOnlyList<string> Trusted { get; set; } = [];

    /// <summary>
    /// The names under which such a proxy is reached (<c>traces.example.org</c>, <c>*.example.org</c>), if it tells them in
    /// <c>X-Forwarded-Host</c> and not in <c>Host</c>. Default: none, and that header is not looked at, because many
    /// proxies pass on what a client wrote there.
    /// </summary>
    public IReadOnlyList<string> Hosts { get; set; } = [];

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
        options.ForwardedHeaders = settings.Value switch
        {
            { Trusted: [] } => ForwardedHeaders.None,
            { Hosts: [] } => ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto,
            _ => ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost,
        };
        options.AllowedHosts = [.. settings.Value.Hosts];
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
