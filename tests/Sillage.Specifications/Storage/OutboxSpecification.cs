using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Sillage.Storage;
using Sillage.Storage.Events;
using Xunit;

namespace Sillage.Specifications.Storage;

/// <summary>Events leave with the commit or not at all, and have their effect exactly once.</summary>
public abstract class OutboxSpecification : StorageSpecification
{
    private readonly HandlerScript _script = new();

    [Fact]
    public async Task An_event_has_its_effect_in_every_handler_exactly_once()
    {
        await PublishAsync("a");

        await Eventually.HoldsAsync(() => HandledAsync("a", "first"));
        await Eventually.HoldsAsync(() => HandledAsync("a", "second"));
        await NothingWaitsAsync();
        (await Database.NamesAsync()).ShouldBe(["a first", "a second"]);
    }

    [Fact]
    public async Task An_event_of_a_unit_that_fails_never_leaves()
    {
        await Should.ThrowAsync<InvalidDataException>(() =>
            Database.WriteAsync<int>(
                async unit =>
                {
                    await unit.PublishAsync(new SpecimenNoticed("lost"));
                    throw new InvalidDataException();
                },
                CancellationToken.None
            )
        );
        await PublishAsync("a");

        await Eventually.HoldsAsync(() => HandledAsync("a", "first"));
        _script.Seen.ShouldNotContain("lost");
    }

    [Fact]
    public async Task An_event_that_comes_again_has_no_further_effect()
    {
        // The second handler fails twice, after the first one has had its effect each time.
        _script.Failures = 2;

        await PublishAsync("a");

        await Eventually.HoldsAsync(() => HandledAsync("a", "second"));
        await NothingWaitsAsync();
        (await Database.NamesAsync()).ShouldBe(["a first", "a second"]);
        _script.Seen.Count(name => name == "a").ShouldBe(1);
        _script.Attempts.ShouldBe(3);
    }

    [Fact]
    public async Task Events_are_handled_in_the_order_of_their_publication()
    {
        _script.Failures = 1;
        var names = Enumerable.Range(0, 30).Select(number => $"{number:00}").ToArray();
        foreach (var name in names)
        {
            await PublishAsync(name);
        }

        await NothingWaitsAsync();
        _script.Seen.ShouldBe(names);
    }

    [Fact]
    public async Task An_event_that_keeps_failing_is_parked_and_can_be_replayed()
    {
        _script.Failures = int.MaxValue;
        await PublishAsync("a");
        await Eventually.HoldsAsync(async () => (await ParkedAsync()).Count == 1);

        var parked = (await ParkedAsync()).Single();
        parked.Name.ShouldBe(SpecimenNoticed.EventName);
        parked.Attempts.ShouldBe(3);
        parked.Error.ShouldContain("the script says so");

        _script.Failures = 0;
        await PublishAsync("b");
        await Eventually.HoldsAsync(() => HandledAsync("b", "second"));

        await Database.WriteAsync(
            unit => unit.ReplayParkedEventAsync(parked.Id, CancellationToken.None),
            CancellationToken.None
        );
        await Eventually.HoldsAsync(() => HandledAsync("a", "second"));
    }

    [Fact]
    public async Task An_event_that_was_parked_is_tried_again_after_a_restart()
    {
        _script.Failures = int.MaxValue;
        await PublishAsync("a");
        await Eventually.HoldsAsync(async () => (await ParkedAsync()).Count == 1);
        await Storage.DisposeAsync();

        _script.Failures = 0;
        await RestartAsync();

        await Eventually.HoldsAsync(() => HandledAsync("a", "second"));
    }

    [Fact]
    public async Task What_was_not_dispatched_before_a_restart_is_dispatched_after_it()
    {
        _script.Failures = int.MaxValue;
        await PublishAsync("a");
        await Eventually.HoldsAsync(() => _script.Attempts > 0);
        await Storage.DisposeAsync();

        _script.Failures = 0;
        await RestartAsync();

        await Eventually.HoldsAsync(() => HandledAsync("a", "second"));
    }

    [Fact]
    public async Task A_handler_runs_under_the_trace_that_published_the_event()
    {
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
            await PublishAsync("a");
        }

        await Eventually.HoldsAsync(() => HandledAsync("a", "first"));
        _script.TraceId.ShouldBe(traceId);
    }

    protected override void AddModules(IServiceCollection services)
    {
        base.AddModules(services);
        services.AddSingleton(_script);
        services.AddEventHandler<SpecimenModule, SpecimenNoticed, RecordFirst>();
        services.AddEventHandler<SpecimenModule, SpecimenNoticed, RecordSecond>();
        services.Configure<EventOptions>(options =>
        {
            options.MaxAttempts = 3;
            options.FirstDelay = TimeSpan.FromMilliseconds(20);
            options.PollInterval = TimeSpan.FromMilliseconds(200);
        });
    }

    private Task<int> PublishAsync(string name) =>
        Database.WriteAsync(
            async unit =>
            {
                await unit.PublishAsync(new SpecimenNoticed(name));
                return 0;
            },
            CancellationToken.None
        );

    private async Task<bool> HandledAsync(string name, string handler) =>
        (await Database.NamesAsync()).Contains($"{name} {handler}");

    private Task NothingWaitsAsync() =>
        Eventually.HoldsAsync(async () =>
            await Database.ReadAsync(
                reader =>
                    reader.ScalarAsync<long>(
                        "SELECT (SELECT count(*) FROM sillage_outbox) + (SELECT count(*) FROM sillage_received)"
                    ),
                CancellationToken.None
            ) == 0
        );

    private Task<IReadOnlyList<ParkedEventRow>> ParkedAsync() =>
        Database.ReadAsync(
            reader => reader.ReadParkedEventsAsync(null, false, 10, CancellationToken.None),
            CancellationToken.None
        );

    private sealed record SpecimenNoticed(string Name) : IEvent
    {
        public static string EventName => "specimens.specimen-noticed";

        string IEvent.Key => "specimens";
    }

    /// <summary>What the handlers are to do, and what they did.</summary>
    private sealed class HandlerScript
    {
        private int _attempts;

        public List<string> Seen { get; } = [];

        public int Failures { get; set; }

        public int Attempts => _attempts;

        public string? TraceId { get; set; }

        public int NextAttempt() => Interlocked.Increment(ref _attempts);
    }

    private sealed class RecordFirst(HandlerScript script) : IEventHandler<SpecimenNoticed>
    {
        public async Task Handle(EventContext<SpecimenNoticed> context, IUnitOfWork unit, CancellationToken ct)
        {
            script.TraceId = Activity.Current?.TraceId.ToString();
            script.Seen.Add(context.Event.Name);
            await unit.AddAsync(Specimen.Called($"{context.Event.Name} first"));
        }
    }

    private sealed class RecordSecond(HandlerScript script) : IEventHandler<SpecimenNoticed>
    {
        public async Task Handle(EventContext<SpecimenNoticed> context, IUnitOfWork unit, CancellationToken ct)
        {
            await unit.AddAsync(Specimen.Called($"{context.Event.Name} second"));
            if (script.NextAttempt() <= script.Failures)
            {
                throw new InvalidDataException("the script says so");
            }
        }
    }
}
