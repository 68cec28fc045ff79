using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Sillage.Specifications.Storage;
using Sillage.Storage;
using Sillage.Storage.Events;
using Xunit;

namespace Sillage.Specifications.Events;

/// <summary>
/// What becomes of an event from its outbox to its effect: one module publishes, another listens, each in a database of its
/// own, and in a process of its own where the engine can do that.
/// </summary>
public abstract class EventDeliverySpecification : StorageSpecification
{
    private readonly Listener _listener = new();
    private readonly List<StorageUnderTest> _others = [];

    /// <summary>Whether the listener runs in another process than the publisher.</summary>
    protected virtual bool Apart => false;

    /// <summary>Where the listener has its data, if not where the publisher has.</summary>
    protected virtual StoragePlace ListenersPlace => Place;

    private IDatabase Inbox => Home.Database<OtherModule>();

    /// <summary>Where the listener runs.</summary>
    private StorageUnderTest Home => Apart ? _others[^1] : Storage;

    public override async ValueTask DisposeAsync()
    {
        foreach (var other in _others)
        {
            await other.DisposeAsync();
        }

        await base.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_handler_gets_the_event_with_its_id_its_time_and_its_words()
    {
        await StartListenerAsync();
        await PublishAsync(new Painted("a", 1, Colour.DarkRed));

        await HandledAsync("a 1");
        var context = _listener.Seen.Single();
        context.Event.ShouldBe(new Painted("a", 1, Colour.DarkRed));
        context.Id.Version.ShouldBe(7);
        context.OccurredAt.ShouldBe(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(1));
        context.Source.ShouldBe("specimen");
        context.Key.ShouldBe("a");
        context.Version.ShouldBe(3);
    }

    [Fact]
    public async Task Events_of_one_key_come_in_order_however_many_keys_there_are()
    {
        await StartListenerAsync();
        var events = Enumerable
            .Range(0, 120)
            .Select(number => new Painted($"key {number % 7}", number, Colour.White))
            .ToArray();

        await PublishAsync(events[..60]);
        await PublishAsync(events[60..]);

        await Eventually.HoldsAsync(() => _listener.Seen.Count == events.Length);
        foreach (var key in _listener.Seen.GroupBy(context => context.Key))
        {
            key.Select(context => context.Event.Number).ShouldBeInOrder();
        }
    }

    [Fact]
    public async Task A_poison_event_holds_up_its_own_key_until_it_is_parked_and_nobody_else()
    {
        await StartListenerAsync();
        _listener.Fails = context => context.Event is { Name: "poison", Number: 1 };
        await PublishAsync(new Painted("poison", 1, Colour.White), new Painted("poison", 2, Colour.White));
        await PublishAsync(new Painted("other", 1, Colour.White));

        await HandledAsync("other 1", "poison 2");
        // The other one did not wait; what came behind the poison did, for all its attempts.
        _listener.Attempts.Count(attempt => attempt == "poison 1").ShouldBe(3);
        _listener.Attempts.Last().ShouldBe("poison 2");
        (await ParkedAsync()).Single().Key.ShouldBe("poison");
    }

    [Fact]
    public async Task A_slow_handler_holds_up_nobody_else()
    {
        await StartListenerAsync();
        using var slow = new ManualResetEventSlim();
        // On SQLite one unit of work runs at a time, so that nobody could be quick meanwhile: there it shows only that both come.
        _listener.Before = name => name == "slow" && !OnSqlite ? Task.Run(slow.Wait) : Task.CompletedTask;
        await PublishAsync(new Painted("slow", 1, Colour.White));
        await PublishAsync(new Painted("quick", 1, Colour.White));

        await Eventually.HoldsAsync(async () => (await Inbox.NamesAsync()).Contains("quick 1"));
        slow.Set();
        await HandledAsync("quick 1", "slow 1");
    }

    [Fact]
    public async Task What_is_parked_can_be_replayed_and_dropped()
    {
        await StartListenerAsync();
        _listener.Fails = _ => true;
        await PublishAsync(new Painted("a", 1, Colour.White), new Painted("b", 1, Colour.White));
        await Eventually.HoldsAsync(async () => (await ParkedAsync()).Count == 2);

        _listener.Fails = _ => false;
        var parked = await ParkedAsync();
        parked.ShouldAllBe(each => each.Name == Painted.EventName && each.Attempts == 3);
        parked.ShouldAllBe(each => each.Error == "InvalidDataException: the listener says so");
        (await WriteAsync(unit => unit.DropParkedEventAsync(parked[0].Id, CancellationToken.None))).ShouldBe(
            Painted.EventName
        );
        (await WriteAsync(unit => unit.ReplayParkedEventAsync(parked[1].Id, CancellationToken.None))).ShouldBe(
            Painted.EventName
        );

        await HandledAsync($"{parked[1].Key} 1");
        await NothingWaitsAsync();
        (await WriteAsync(unit => unit.DropParkedEventAsync(parked[0].Id, CancellationToken.None))).ShouldBeNull();
        (await WriteAsync(unit => unit.ReplayParkedEventAsync(parked[1].Id, CancellationToken.None))).ShouldBeNull();
    }

    [Fact]
    public async Task An_event_that_is_delivered_twice_has_its_effect_once()
    {
        await StartListenerAsync();
        await PublishAsync(new Painted("a", 1, Colour.White));
        await HandledAsync("a 1");
        await NothingWaitsAsync();

        // As after a crash between the delivery and its being recorded: the very same event leaves the outbox again.
        var id = _listener.Seen.Single().Id;
        await RepublishAsync(id, """{"name":"a","number":1,"colour":"white"}""");
        await PublishAsync(new Painted("a", 2, Colour.White));

        await HandledAsync("a 1", "a 2");
        await NothingWaitsAsync();
        _listener.Seen.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_crash_between_the_effect_and_its_mark_leaves_neither()
    {
        await StartListenerAsync();
        _listener.FailsAfter = context => _listener.Attempts.Count < 3;

        await PublishAsync(new Painted("a", 1, Colour.White));

        await HandledAsync("a 1");
        await NothingWaitsAsync();
        _listener.Attempts.Count.ShouldBe(3);
    }

    [Fact]
    public async Task A_handler_runs_under_the_trace_that_published_the_event()
    {
        await StartListenerAsync();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Sillage.Storage" or "test",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
        };
        ActivitySource.AddActivityListener(listener);
        using var source = new ActivitySource("test");
        string traceId;
        using (var activity = source.StartActivity("publishing"))
        {
            traceId = activity!.TraceId.ToString();
            await PublishAsync(new Painted("a", 1, Colour.White));
        }

        await HandledAsync("a 1");
        _listener.TraceId.ShouldBe(traceId);
    }

    [Fact]
    public async Task Events_that_wait_are_handled_after_a_restart()
    {
        await StartListenerAsync();
        _listener.Fails = _ => true;
        await PublishAsync(new Painted("a", 1, Colour.White), new Painted("b", 1, Colour.White));
        await Eventually.HoldsAsync(() => !_listener.Attempts.IsEmpty);
        await Home.DisposeAsync();
        _listener.Fails = _ => false;

        if (Apart)
        {
            // Published while nobody is there to hear of it.
            await PublishAsync(new Painted("c", 1, Colour.White));
            await StartListenerAsync();
            await HandledAsync("a 1", "b 1", "c 1");
        }
        else
        {
            await RestartAsync();
            await HandledAsync("a 1", "b 1");
        }
    }

    [Fact]
    public async Task An_event_of_an_earlier_version_with_enums_as_numbers_is_read()
    {
        await StartListenerAsync();

        await RepublishAsync(Guid.CreateVersion7(), """{"name":"old","number":1,"colour":1}""");

        await HandledAsync("old 1");
        _listener.Seen.Single().Event.Colour.ShouldBe(Colour.DarkRed);
        _listener.Seen.Single().Version.ShouldBe(1);
    }

    [Fact]
    public virtual async Task The_deployment_knows_its_modules_and_what_they_hear_of()
    {
        await StartListenerAsync();
        var modules = await Storage.Services.GetRequiredService<IDeployment>().ListAsync(CancellationToken.None);

        modules.Select(module => module.Name).ShouldBe(["other", "specimen"]);
        modules[0].Subscriptions.ShouldBe([Painted.EventName]);
        modules[0].Sections.ShouldBe(["brushes"]);
        modules[1].Subscriptions.ShouldBeEmpty();
        modules.ShouldAllBe(module => !module.IsSilent && module.Processes.Count == 1);
        (modules[0].Processes[0] != modules[1].Processes[0]).ShouldBe(Apart);
    }

    protected bool OnSqlite => Database.Dialect == SqlDialect.Sqlite;

    protected override void AddModules(IServiceCollection services)
    {
        base.AddModules(services);
        Configure(services);
        if (!Apart)
        {
            AddListener(services);
        }
    }

    /// <summary>Has another bus than storage's own.</summary>
    protected virtual void AddBus(IServiceCollection services) { }

    private void Configure(IServiceCollection services)
    {
        AddBus(services);
        services.Configure<EventOptions>(options =>
        {
            options.MaxAttempts = 3;
            options.FirstDelay = TimeSpan.FromMilliseconds(20);
            options.PollInterval = TimeSpan.FromMilliseconds(500);
        });
    }

    private void AddListener(IServiceCollection services)
    {
        services.AddModuleDatabase<OtherModule>("other");
        services.AddSingleton(_listener);
        services.AddDeployedSection<OtherModule>(_ => "brushes");
        services.AddEventHandler<OtherModule, Painted, RecordPainted>();
        Configure(services);
    }

    /// <summary>Starts the listener's process, where it has one.</summary>
    private async Task StartListenerAsync()
    {
        if (Apart)
        {
            _others.Add(await StorageUnderTest.StartAsync(ListenersPlace, AddListener));
        }
    }

    private Task<int> PublishAsync(params Painted[] events) =>
        Database.WriteAsync(
            async unit =>
            {
                await unit.PublishAllAsync(events);
                return 0;
            },
            CancellationToken.None
        );

    /// <summary>Writes into the outbox what another start of the program wrote there.</summary>
    private Task<int> RepublishAsync(Guid id, string payload) =>
        Database.WriteAsync(
            unit =>
                unit.ExecuteAsync(
                    """
                    INSERT INTO sillage_outbox (id, name, occurred_at, payload) VALUES (@Id, @Name, @OccurredAt, @Payload)
                    """,
                    new
                    {
                        Id = id,
                        Name = Painted.EventName,
                        OccurredAt = DateTimeOffset.UtcNow,
                        Payload = payload,
                    }
                ),
            CancellationToken.None
        );

    private Task HandledAsync(params string[] names) =>
        Eventually.HoldsAsync(async () => (await Inbox.NamesAsync()).SequenceEqual(names));

    private Task NothingWaitsAsync() =>
        Eventually.HoldsAsync(async () =>
            await CountAsync(Database, "sillage_outbox") + await CountAsync(Inbox, "sillage_received") == 0
        );

    private static Task<long> CountAsync(IDatabase database, string table) =>
        database.ReadAsync(reader => reader.ScalarAsync<long>($"SELECT count(*) FROM {table}"), CancellationToken.None);

    private Task<T> WriteAsync<T>(Func<IUnitOfWork, Task<T>> work) => Inbox.WriteAsync(work, CancellationToken.None);

    private Task<IReadOnlyList<ParkedEventRow>> ParkedAsync() =>
        Inbox.ReadAsync(
            reader => reader.ReadParkedEventsAsync(null, false, 10, CancellationToken.None),
            CancellationToken.None
        );

    protected enum Colour
    {
        White,
        DarkRed,
    }

    protected sealed record Painted(string Name, int Number, Colour Colour) : IEvent
    {
        public static string EventName => "specimen.painted";

        public static int Version => 3;

        string IEvent.Key => Name;
    }

    /// <summary>What the handler is to do, and what it did.</summary>
    private sealed class Listener
    {
        public ConcurrentQueue<EventContext<Painted>> Seen { get; } = [];

        public ConcurrentQueue<string> Attempts { get; } = [];

        public Func<EventContext<Painted>, bool> Fails { get; set; } = _ => false;

        public Func<EventContext<Painted>, bool> FailsAfter { get; set; } = _ => false;

        public Func<string, Task> Before { get; set; } = _ => Task.CompletedTask;

        public string? TraceId { get; set; }
    }

    private sealed class RecordPainted(Listener listener) : IEventHandler<Painted>
    {
        public async Task Handle(EventContext<Painted> context, IUnitOfWork unit, CancellationToken ct)
        {
            var name = $"{context.Event.Name} {context.Event.Number}";
            listener.Attempts.Enqueue(name);
            listener.TraceId = Activity.Current?.TraceId.ToString();
            await listener.Before(context.Event.Name);
            if (listener.Fails(context))
            {
                throw new InvalidDataException("the listener says so");
            }

            await unit.AddAsync(Specimen.Called(name));
            if (listener.FailsAfter(context))
            {
                throw new InvalidDataException("the listener says so");
            }

            listener.Seen.Enqueue(context);
        }
    }
}
