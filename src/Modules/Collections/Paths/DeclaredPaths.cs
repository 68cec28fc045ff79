using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Primitives;
using Sillage.Collections.Declared;
using Sillage.Collections.Records;
using Sillage.Collections.Stored;
using Sillage.Hosting.Descriptions;
using Sillage.Storage;
using Sillage.Storage.Work;

namespace Sillage.Collections.Paths;

/// <summary>Hears of addresses that other processes declared.</summary>
internal sealed record HearOfPaths : IRecurringJob
{
    public static string Kind => "collections.hear-of-paths";
}

/// <summary>
/// The routes of collections that have an address of their own. They are made anew when a declaration changes, here or in another process, and come after every
/// route of the server.
/// </summary>
internal sealed class DeclaredPaths(IDatabase<CollectionsData> database, IServiceProvider services)
    : EndpointDataSource,
        IHostedService,
        IWork<HearOfPaths>,
        IDisposable
{
    private const string Select = """
        SELECT key, space, name, definition, revision, owner, created_at, updated_at FROM collection
        WHERE path IS NOT NULL ORDER BY path
        """;

    private readonly SemaphoreSlim _gate = new(1, 1);
    private volatile IReadOnlyList<Endpoint> _endpoints = [];
    private IReadOnlyList<Declared> _declared = [];
    private CancellationTokenSource _change = new();

    /// <inheritdoc />
    public override IReadOnlyList<Endpoint> Endpoints => _endpoints;

    /// <inheritdoc />
    public override IChangeToken GetChangeToken() => new CancellationChangeToken(Volatile.Read(ref _change).Token);

    public Task StartAsync(CancellationToken ct) => RefreshAsync(ct);

    public Task StopAsync(CancellationToken ct) => Task.CompletedTask;

    public async Task<WorkResult> RunAsync(HearOfPaths job, WorkRun run, CancellationToken ct)
    {
        await RefreshAsync(ct);
        return WorkResult.Done;
    }

    /// <summary>Brings the routes to what is declared now.</summary>
    public async Task RefreshAsync(CancellationToken ct)
    {
        await _gate.WaitAsync(ct);
        try
        {
            var rows = await database.ReadAsync(r => r.QueryAsync<CollectionRow>(Select, null, ct), ct);
            var declared = rows.Select(row => row.Plan()).Select(Declared.Of).ToList();
            if (declared.SequenceEqual(_declared))
            {
                return;
            }

            (_declared, _endpoints) = (declared, [.. declared.SelectMany(EndpointsOf)]);
            // The old source is left to the collector: somebody may be about to ask for its token.
            await Interlocked.Exchange(ref _change, new CancellationTokenSource()).CancelAsync();
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Dispose()
    {
        _gate.Dispose();
        _change.Dispose();
    }

    private IEnumerable<Endpoint> EndpointsOf(Declared declared)
    {
        var routes = new Routes(services);
        var pattern = RoutePatternFactory.Parse(declared.Path, new { collection = declared.Address }, null);
        var records = routes.MapGroup(pattern);
        records
            .WithMetadata(new PathMetadata(declared.Path), new LateMetadata())
            .WithOrder(LateMetadata.Order)
            .WithTags("Records")
            .ExcludeFromDescription();
        if (declared.Form == CollectionForm.FastApi)
        {
            FastApiReplies.AddTo(records);
        }

        ListRecords.Map(records);
        CreateRecord.Map(records);
        var record = records.MapGroup("/{record:guid}");
        ReadRecord.Map(record);
        ChangeRecord.Map(record);
        DeleteRecord.Map(record);
        return routes.DataSources.SelectMany(source => source.Endpoints);
    }

    /// <summary>What the routes of a collection depend on.</summary>
    private sealed record Declared(string Path, string Address, CollectionForm? Form)
    {
        public static Declared Of(CollectionPlan plan) => new(plan.Text.Path!, plan.Address, plan.Text.Form);
    }

    /// <summary>Where routes are mapped to be taken out as endpoints.</summary>
    private sealed class Routes(IServiceProvider services) : IEndpointRouteBuilder
    {
        public IServiceProvider ServiceProvider => services;

        public ICollection<EndpointDataSource> DataSources { get; } = [];

        public IApplicationBuilder CreateApplicationBuilder() => new ApplicationBuilder(services);
    }
}
