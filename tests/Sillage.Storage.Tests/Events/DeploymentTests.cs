using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Sillage.Specifications;
using Sillage.Specifications.Storage;
using Sillage.Storage.Events;
using Xunit;

namespace Sillage.Storage.Tests.Events;

/// <summary>The table of the modules of a deployment: who lives, who is silent, who was retired, and what that means for events.</summary>
public sealed class DeploymentTests(PostgresServer server) : StorageSpecification
{
    [Fact]
    public async Task A_module_that_is_silent_keeps_its_events_until_it_is_retired()
    {
        var deployment = Storage.Services.GetRequiredService<IDeployment>();
        await using (await StorageUnderTest.StartAsync(Place, AddOther)) { }
        await AgeAsync("other", 31);

        var other = (await deployment.ListAsync(CancellationToken.None)).Single(module => module.Name == "other");
        other.IsSilent.ShouldBeTrue();
        await PublishAsync("1");
        await Eventually.HoldsAsync(async () => await WaitingAsync() == 1);

        (await deployment.RetireAsync("other", CancellationToken.None)).ShouldBeTrue();
        (await deployment.RetireAsync("other", CancellationToken.None)).ShouldBeFalse();
        (await deployment.ListAsync(CancellationToken.None)).Select(module => module.Name).ShouldBe(["specimen"]);
        await PublishAsync("2");
        await Eventually.HoldsAsync(async () => await CountAsync("specimen.sillage_outbox") == 0);
        (await WaitingAsync()).ShouldBe(1);

        await using var back = await StorageUnderTest.StartAsync(Place, AddOther);
        await Eventually.HoldsAsync(async () => (await back.Database<OtherModule>().NamesAsync()) is ["1"]);
    }

    [Fact]
    public async Task A_process_that_has_gone_leaves_the_table_when_another_has_its_module()
    {
        await using (await StorageUnderTest.StartAsync(Place, AddOther)) { }
        await AgeAsync("other", 31);

        await using var second = await StorageUnderTest.StartAsync(Place, AddOther);

        var deployment = second.Services.GetRequiredService<IDeployment>();
        var other = (await deployment.ListAsync(CancellationToken.None)).Single(module => module.Name == "other");
        other.Processes.ShouldBe([second.Services.GetRequiredService<DeployedProcess>().Name]);
        other.IsSilent.ShouldBeFalse();
    }

    [Fact]
    public async Task A_module_says_which_events_nobody_publishes()
    {
        await using var other = await StorageUnderTest.StartAsync(Place, AddOther);
        var unheard = other.Services.GetRequiredService<UnheardEvents>();

        unheard.AtStart.ShouldBe(["elsewhere.happened"]);
        (await unheard.FindAsync(CancellationToken.None)).ShouldBe(["elsewhere.happened"]);
    }

    protected override Task<StoragePlace> CreatePlaceAsync() => server.CreatePlaceAsync();

    private static void AddOther(IServiceCollection services)
    {
        services.AddModuleDatabase<OtherModule>("other");
        services.AddEventHandler<OtherModule, Happened, AddHappened>();
        services.AddEventHandler<OtherModule, HappenedElsewhere, AddHappened>();
    }

    private Task<int> PublishAsync(string name) =>
        Database.WriteAsync(
            async unit =>
            {
                await unit.PublishAsync(new Happened(name));
                return 0;
            },
            CancellationToken.None
        );

    private Task<int> AgeAsync(string module, int seconds) =>
        Database.WriteAsync(
            unit =>
                unit.ExecuteAsync(
                    "UPDATE sillage.module SET seen_at = now() - make_interval(secs => @Seconds) WHERE module = @Module",
                    new { Seconds = (double)seconds, Module = module }
                ),
            CancellationToken.None
        );

    private Task<long> WaitingAsync() => CountAsync("other.sillage_received");

    private Task<long> CountAsync(string table) =>
        Database.ReadAsync(reader => reader.ScalarAsync<long>($"SELECT count(*) FROM {table}"), CancellationToken.None);

    private sealed record Happened(string Name) : IEvent
    {
        public static string EventName => "specimen.happened";

        string IEvent.Key => Name;
    }

    private sealed record HappenedElsewhere(string Name) : IEvent
    {
        public static string EventName => "elsewhere.happened";

        string IEvent.Key => Name;
    }

    private sealed class AddHappened : IEventHandler<Happened>, IEventHandler<HappenedElsewhere>
    {
        public Task Handle(EventContext<Happened> context, IUnitOfWork unit, CancellationToken ct) =>
            unit.AddAsync(Specimen.Called(context.Event.Name));

        public Task Handle(EventContext<HappenedElsewhere> context, IUnitOfWork unit, CancellationToken ct) =>
            unit.AddAsync(Specimen.Called(context.Event.Name));
    }
}
