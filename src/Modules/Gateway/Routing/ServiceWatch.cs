using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Sillage.Accounts.Contracts.Remote;
using Sillage.Gateway.Copies;
using Sillage.Hosting.Descriptions;
using Sillage.Hosting.Discovery;

namespace Sillage.Gateway.Routing;

/// <summary>
/// Asks every copy again and again what it answers, which tells too whether it is there. Once before the first request comes.
/// </summary>
internal sealed partial class ServiceWatch(
    Services services,
    RouteTable table,
    IHttpClientFactory clients,
    ServiceRecords records,
    IOptions<DiscoveryOptions> discovery,
    IOptions<GatewayOptions> options,
    IOptions<RemoteAccountsOptions> shared,
    TimeProvider clock,
    ILogger<ServiceWatch> logger
) : BackgroundService
{
    /// <summary>The client that asks.</summary>
    public const string Client = "gateway";

    private static readonly TimeSpan ForDocument = TimeSpan.FromSeconds(30);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(services.All.Select(service => FindAsync(service, cancellationToken)));
        await Task.WhenAll(Each((service, copy) => AskAsync(service, copy, cancellationToken)));
        table.Update();
        await base.StartAsync(cancellationToken);
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll([
            .. Each((service, copy) => WatchAsync(service, copy, stoppingToken)),
            .. services
                .All.Where(service => service.Discover is not null)
                .Select(service => FollowAsync(service, stoppingToken)),
        ]);

    private IEnumerable<Task> Each(Func<Service, Copy, Task> act) =>
        services.All.SelectMany(service => service.Copies.Select(copy => act(service, copy)));

    // Streams that go on are with a copy, and know nothing of the list.
    private async Task FollowAsync(Service service, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(discovery.Value.Every, clock);
        var watched = new List<Task>();
        while (await timer.WaitForNextTickAsync(ct))
        {
            var before = service.Copies;
            var added = await FindAsync(service, ct);
            if (!service.Copies.SequenceEqual(before))
            {
                table.Update();
            }

            watched.AddRange(added.Select(copy => BeginAsync(service, copy, ct)));
            foreach (var ended in watched.FindAll(task => task.IsCompleted))
            {
                watched.Remove(ended);
                await ended;
            }
        }
    }

    private async Task BeginAsync(Service service, Copy copy, CancellationToken ct)
    {
        if (await AskAsync(service, copy, ct))
        {
            table.Update();
        }

        await WatchAsync(service, copy, ct);
    }

    // Where discovery is away, or knows nobody, the last list goes on.
    private async Task<IReadOnlyList<Copy>> FindAsync(Service service, CancellationToken ct) =>
        service.Discover is { } name && await records.FindAsync(name, ct) is { Count: > 0 } found
            ? service.Follow(found)
            : [];

    private async Task WatchAsync(Service service, Copy copy, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(options.Value.Poll, clock);
        while (service.Copies.Contains(copy) && await timer.WaitForNextTickAsync(ct))
        {
            if (await AskAsync(service, copy, ct))
            {
                table.Update();
            }

            if (copy is { IsUp: true, Document: null })
            {
                await AskForDocumentAsync(copy, ct);
            }
        }
    }

    // Whether it answers something else than before.
    private async Task<bool> AskAsync(Service service, Copy copy, CancellationToken ct)
    {
        var wasUp = copy.IsUp;
        var wasKnown = copy.Description is not null;
        var isNew = false;
        var reason = "";
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(options.Value.Patience);
        try
        {
            (isNew, reason) = await AskAsync(copy, limit.Token);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException)
        {
            reason = e.Message;
            copy.Miss(isGone: true);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            reason = "no answer in time";
            copy.Miss(isGone: false);
        }

        if (copy.IsUp && !wasUp && wasKnown)
        {
            LogBack(service.Name, copy.Address);
        }
        else if (!copy.IsUp && wasUp)
        {
            LogAway(service.Name, copy.Address, reason);
        }

        return isNew;
    }

    private async Task<(bool IsNew, string Reason)> AskAsync(Copy copy, CancellationToken ct)
    {
        var client = clients.CreateClient(Client);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(copy.Address, ServiceDescription.Address));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", shared.Value.Credential);
        if (copy.Version is { } version)
        {
            request.Headers.TryAddWithoutValidation("If-None-Match", version);
        }

        var started = clock.GetTimestamp();
        using var reply = await client.SendAsync(request, ct);
        var took = clock.GetElapsedTime(started);
        if (reply.StatusCode is not (HttpStatusCode.OK or HttpStatusCode.NotModified))
        {
            copy.Miss(isGone: true);
            return (false, $"it answers {(int)reply.StatusCode}");
        }

        if (reply.StatusCode == HttpStatusCode.NotModified)
        {
            copy.Hear(took);
            return (false, "");
        }

        var description = await reply.Content.ReadFromJsonAsync<ServiceDescription>(JsonSerializerOptions.Web, ct);
        copy.Learn(description ?? throw new JsonException("It tells nothing of itself."), Tag(reply));
        copy.Hear(took);
        return (true, "");
    }

    // Making it takes a process that has just begun some time, and nothing else depends on it: it has another try at the next turn.
    private async Task AskForDocumentAsync(Copy copy, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(ForDocument);
        try
        {
            var address = new Uri(copy.Address, "/openapi.json");
            copy.Document = await clients.CreateClient(Client).GetFromJsonAsync<JsonObject>(address, limit.Token);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException)
        {
            // Whether it is there is asked elsewhere.
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            // The same.
        }
    }

    private static string? Tag(HttpResponseMessage reply) => reply.Headers.ETag?.ToString();

    [LoggerMessage(1, LogLevel.Warning, "The service {Service} at {Address} is away: {Reason}")]
    private partial void LogAway(string service, Uri address, string reason);

    [LoggerMessage(2, LogLevel.Warning, "The service {Service} at {Address} is back")]
    private partial void LogBack(string service, Uri address);
}
