using System.Collections.Concurrent;
using System.Net;
using DnsClient;
using DnsClient.Protocol;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Sillage.Hosting.Discovery;

/// <summary>
/// Finds the copies of a service by its SRV record (RFC 2782), as Kubernetes gives one for each named port of a headless service and Consul for each
/// service: <c>_http._tcp.posts.default.svc.cluster.local</c>, <c>posts.service.consul</c>.
/// </summary>
public sealed partial class ServiceRecords(IOptions<DiscoveryOptions> options, ILogger<ServiceRecords> logger)
{
    private const int DnsPort = 53;

    private readonly LookupClient _client = new(Settings(options.Value));
    private readonly ConcurrentDictionary<string, bool> _away = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Asks once.</summary>
    /// <returns>
    /// None if nobody answers, or nothing of the name: whoever has a list keeps it then. That a DNS server knows no copy any more is likelier its own
    /// trouble, and who is there is seen by asking the copies.
    /// </returns>
    public async Task<IReadOnlyList<FoundCopy>> FindAsync(string name, CancellationToken ct)
    {
        try
        {
            var reply = await _client.QueryAsync(name, QueryType.SRV, cancellationToken: ct);
            var records = reply.Answers.SrvRecords().ToList();
            var found = new List<FoundCopy>();
            foreach (var record in records)
            {
                var weight =
                    record.Priority > records.Min(other => other.Priority) ? 0 : Math.Max(1, (int)record.Weight);
                foreach (var host in await HostsAsync(record.Target, reply, ct))
                {
                    found.Add(
                        new FoundCopy(new UriBuilder(Uri.UriSchemeHttp, host.ToString(), record.Port).Uri, weight)
                    );
                }
            }

            Tell(name, found.Count == 0 ? "there is no such record" : null);
            return [.. found.DistinctBy(copy => copy.Address)];
        }
        catch (DnsResponseException e)
        {
            Tell(name, e.Message);
            return [];
        }
    }

    private async Task<IEnumerable<IPAddress>> HostsAsync(
        DnsString target,
        IDnsQueryResponse reply,
        CancellationToken ct
    )
    {
        var told = Addresses(reply.Additionals).Where(record => record.DomainName.Equals(target)).ToList();
        if (told.Count == 0)
        {
            told = Addresses((await _client.QueryAsync(target, QueryType.A, cancellationToken: ct)).Answers).ToList();
        }

        if (told.Count == 0)
        {
            told = Addresses((await _client.QueryAsync(target, QueryType.AAAA, cancellationToken: ct)).Answers)
                .ToList();
        }

        return told.Select(record => record.Address);
    }

    private static IEnumerable<AddressRecord> Addresses(IEnumerable<DnsResourceRecord> records) =>
        records.OfType<AddressRecord>();

    // Once when it begins and once when it ends.
    private void Tell(string name, string? trouble)
    {
        if (trouble is not null && _away.TryAdd(name, true))
        {
            LogAway(name, trouble);
        }
        else if (trouble is null && _away.TryRemove(name, out _))
        {
            LogBack(name);
        }
    }

    private static LookupClientOptions Settings(DiscoveryOptions options)
    {
        var settings = options.Server is { Length: > 0 } server
            ? new LookupClientOptions(EndPoint(server))
            : new LookupClientOptions();
        // It is asked again in a moment anyway, and what it says must be of now.
        settings.UseCache = false;
        settings.Timeout = TimeSpan.FromSeconds(1);
        settings.Retries = 1;
        return settings;
    }

    private static IPEndPoint EndPoint(string server)
    {
        var given = IPEndPoint.Parse(server);
        return given.Port == 0 ? new IPEndPoint(given.Address, DnsPort) : given;
    }

    [LoggerMessage(1, LogLevel.Warning, "DNS tells nothing of {Name}, and the copies known last go on: {Reason}")]
    private partial void LogAway(string name, string reason);

    [LoggerMessage(2, LogLevel.Warning, "DNS tells of {Name} again")]
    private partial void LogBack(string name);
}
