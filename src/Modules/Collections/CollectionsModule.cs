using System.CommandLine;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Sillage.Accounts.Contracts.Erasures;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Collections.Apps;
using Sillage.Collections.Declaring;
using Sillage.Collections.Documenting;
using Sillage.Collections.Live;
using Sillage.Collections.Paths;
using Sillage.Collections.PersonalData;
using Sillage.Collections.Records;
using Sillage.Collections.Spaces;
using Sillage.Collections.Stored;
using Sillage.Collections.Verbs;
using Sillage.Hosting.Modules;
using Sillage.Hosting.Pages;
using Sillage.Hosting.Settings;
using Sillage.Hosting.SocketIO;
using Sillage.Hosting.Verbs;
using Sillage.Storage;
using Sillage.Storage.Work;

namespace Sillage.Collections;

/// <summary>Collections: resources that people declare, with everything that the built-in ones have.</summary>
public sealed class CollectionsModule : IModule
{
    /// <inheritdoc />
    public string Name => "collections";

    /// <inheritdoc />
    public IReadOnlyList<Permission> Permissions => CollectionsPermission.All;

    /// <inheritdoc />
    public IReadOnlyList<ConsolePage> Pages { get; } =
    [new("collections", 45, "Collections", "Collections") { For = [CollectionsPermission.Use] }];

    /// <inheritdoc />
    public void AddServices(IServiceCollection services, IConfiguration configuration)
    {
        services.AddModuleDatabase<CollectionsData>(Name, moved: [RecordText.Moved]);
        services.AddSettings<CollectionsOptions>("Collections");
        services.AddSingleton<KeepLimit>();
        services.AddSingleton<CollectionStore>();
        services.AddSingleton<Declaration>();
        services.AddSingleton<DeclaredPaths>();
        services.AddHostedService(provider => provider.GetRequiredService<DeclaredPaths>());
        services.AddWork<CollectionsData, HearOfPaths, DeclaredPaths>(
            (work, provider) =>
            {
                // In a process that is alone there is nobody to hear of.
                var isAlone = provider.GetRequiredService<IDatabase<CollectionsData>>().Dialect == SqlDialect.Sqlite;
                work.Every = isAlone ? TimeSpan.FromHours(1) : TimeSpan.FromSeconds(1);
                work.InEveryProcess = true;
            }
        );
        services.Configure<OpenApiOptions>("v1", document => document.AddDocumentTransformer<CollectionDocuments>());
        services.AddSingleton<IDocumentStamp, CollectionDocuments>();
        services.AddSingleton<LiveFeeds>();
        var document = CollectionsNamespace.Document();
        services.AddSingleton(document);
        services.AddNamespaces(live => CollectionsNamespace.Define(live, document));
        services.AddPersonalData<CollectionsData, CollectionsPersonalData>();
        services.AddRetention<CollectionsData>(DeleteRecord.DeleteOld, KeepDeleted);
        services.AddRetention<CollectionsData>(RecordStore.DeleteBefore, KeepDeleted);
        services.AddSingleton<RequestLog>();
        services.AddWork<CollectionsData, WriteRequests, RequestLog>(
            (work, _) => (work.Every, work.InEveryProcess) = (TimeSpan.FromSeconds(1), true)
        );
        services.AddRetention<CollectionsData>(
            RequestLog.DeleteOld,
            provider => TimeSpan.FromDays(OptionsOf(provider).KeepRequestsDays)
        );
    }

    private static TimeSpan KeepDeleted(IServiceProvider provider) =>
        TimeSpan.FromDays(OptionsOf(provider).KeepDeletedDays);

    private static CollectionsOptions OptionsOf(IServiceProvider provider) =>
        provider.GetRequiredService<IOptions<CollectionsOptions>>().Value;

    /// <inheritdoc />
    public IReadOnlyList<Command> CreateVerbs(IVerbHost host) => [CollectionsVerbs.Create(host)];

    /// <inheritdoc />
    public void MapRoutes(IEndpointRouteBuilder routes)
    {
        var services = routes.ServiceProvider;
        var gate = new CollectionGate(
            services.GetRequiredService<IDatabase<CollectionsData>>(),
            services.GetRequiredService<CollectionStore>()
        );

        var collections = routes.MapGroup("/api/v1/collections").WithTags("Collections");
        DeclareCollection.Map(collections);
        ListCollections.Map(collections);
        ApplyCollections.Map(collections);
        var collection = collections.MapGroup("/{collection}").WithMetadata(gate);
        ChangeCollection.Map(collection);
        TryRules.Map(collection);

        var spaces = routes.MapGroup("/api/v1/spaces").WithTags("Collections");
        ListSpaces.Map(spaces);
        var space = spaces.MapGroup("/{space}");
        ListRequests.Map(space);
        ResetSpace.Map(space);

        // Who may do what with records is said by rules, which know of those without an account too.
        var records = routes.MapGroup("/api/v1/collections/{collection}/records").WithTags("Records");
        ListRecords.Map(records);
        CountRecords.Map(records);
        CreateRecord.Map(records);
        PutRecord.Map(records);
        ImportRecords.Map(records);
        ExportRecords.Map(records);
        ListChanges.Map(records);
        WatchRecords.Map(records);
        SyncRecords.Map(records);
        Batch.Map(routes);
        var record = records.MapGroup("/{record:guid}");
        ReadRecord.Map(record);
        ChangeRecord.Map(record);
        DeleteRecord.Map(record);
        ListHistory.Map(record);
        AppFiles.Map(routes);
        routes.DataSources.Add(services.GetRequiredService<DeclaredPaths>());
    }
}
