using Microsoft.Extensions.Options;

namespace Sillage.Gateway.Copies;

/// <summary>Every service that the settings name, by name.</summary>
internal sealed class Services(IOptions<GatewayOptions> options, TimeProvider clock)
{
    private readonly Dictionary<string, Service> _all = options.Value.Services.ToDictionary(
        service => service.Key,
        service => new Service(service.Key, service.Value, options.Value, clock),
        StringComparer.OrdinalIgnoreCase
    );

    public IReadOnlyCollection<Service> All => _all.Values;

    public Service this[string name] => _all[name];
}
