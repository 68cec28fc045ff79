using Microsoft.Extensions.Options;
using Sillage.Gateway.Copies;
using Sillage.Hosting.Descriptions;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;

namespace Sillage.Gateway.Routing;

/// <summary>Makes YARP's routes of what the services told. What this process answers itself goes before them.</summary>
internal sealed class RouteTable(Services services, IOptions<GatewayOptions> options)
{
    private const int AfterOwn = 1;

    private readonly Lock _gate = new();
    private Dictionary<string, ServiceRoute> _routes = [];

    /// <summary>What YARP reads.</summary>
    public InMemoryConfigProvider Config { get; } = new([], []);

    /// <summary>What a service told of a route.</summary>
    public ServiceRoute Find(string routeId) => _routes[routeId];

    /// <summary>Makes them anew.</summary>
    public void Update()
    {
        lock (_gate)
        {
            var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
            var routes = new List<(RouteConfig Config, ServiceRoute Route)>();
            foreach (var service in services.All.OrderBy(service => service.Name, StringComparer.OrdinalIgnoreCase))
            {
                foreach (var route in Routes(service))
                {
                    var id = $"{string.Join(',', route.Methods)} {route.Pattern}";
                    if (taken.Add(id))
                    {
                        routes.Add((Route(id, service, route), route));
                    }
                }
            }

            // Whoever looks a route up has it from the list that comes after: ids mean the same in both.
            _routes = new(routes.ToDictionary(route => route.Config.RouteId, route => route.Route).Concat(Gone(taken)));
            Config.Update([.. routes.Select(route => route.Config)], [.. services.All.Select(Cluster)]);
        }
    }

    private IEnumerable<KeyValuePair<string, ServiceRoute>> Gone(HashSet<string> taken) =>
        _routes.Where(route => !taken.Contains(route.Key));

    // While copies of two versions run, what either has is there.
    private static IEnumerable<ServiceRoute> Routes(Service service) =>
        service
            .Copies.SelectMany(copy => copy.Description?.Routes ?? [])
            .GroupBy(route => (string.Join(',', route.Methods), route.Pattern))
            .Select(same =>
                same.First() with
                {
                    BodyLimit = same.Max(route => route.BodyLimit),
                    IsLong = same.Any(route => route.IsLong),
                }
            );

    private RouteConfig Route(string id, Service service, ServiceRoute route) =>
        new()
        {
            RouteId = id,
            ClusterId = service.Name,
            Order = AfterOwn + (route.IsLate ? LateMetadata.Order : 0),
            Match = new RouteMatch { Path = route.Pattern, Methods = route.Methods.Count == 0 ? null : route.Methods },
            Timeout = route.IsLong ? null : options.Value.Timeout,
            TimeoutPolicy = route.IsLong ? "Disable" : null,
        };

    private ClusterConfig Cluster(Service service) =>
        new()
        {
            ClusterId = service.Name,
            Destinations = service.Copies.ToDictionary(
                copy => copy.Address.ToString(),
                copy => new DestinationConfig { Address = copy.Address.ToString() }
            ),
            HttpRequest = new ForwarderRequestConfig
            {
                ActivityTimeout = options.Value.Silence,
                Version = System.Net.HttpVersion.Version11,
                VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
            },
        };
}
