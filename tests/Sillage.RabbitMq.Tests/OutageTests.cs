using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using RabbitMQ.Client;
using Shouldly;
using Sillage.Specifications;
using Sillage.Specifications.Storage;
using Sillage.Storage;
using Sillage.Storage.Events;

namespace Sillage.RabbitMq.Tests;

/// <summary>
/// A publisher and a listener, each with a data folder of its own, and a broker of their own that has bad days in the middle of it: each event
/// has its effect once, in order per key.
/// </summary>
public sealed class OutageTests(OutageTests.BrokerOfTheirOwn broker)
    : IClassFixture<OutageTests.BrokerOfTheirOwn>,
        IAsyncLifetime
{
    private const int Keys = 5;

    private readonly RabbitMqServer _server = broker.Server;
    private readonly StoragePlace _here = StoragePlace.OnSqlite();
    private readonly StoragePlace _there = StoragePlace.OnSqlite();
    private readonly ConcurrentQueue<Counted> _published = [];
    private StorageUnderTest _publisher = null!;
    private StorageUnderTest _listener = null!;

    public async ValueTask InitializeAsync()
    {
        _listener = await StartListenerAsync();
        _publisher = await StorageUnderTest.StartAsync(
            _here,
            services => Configure(services).AddModuleDatabase<SpecimenModule>("specimen")
        );
    }

    public async ValueTask DisposeAsync()
    {
        await _publisher.DisposeAsync();
        await _listener.DisposeAsync();
        await OnBrokerAsync(async channel =>
        {
            await Topology.DeleteAsync(channel, "other", CancellationToken.None);
            await channel.QueueDeleteAsync(Topology.History, false, false);
        });
        _here.Dispose();
        _there.Dispose();
    }

    [Fact]
    public async Task Stopped_and_started_again_in_the_middle_shows_in_the_health_of_both_and_uses_up_no_attempt()
    {
        await WhilePublishingAsync(async () =>
        {
            await _server.StopAsync();
            await SomeArePublishedAsync();
            await Patiently.HoldsAsync(async () => await HealthAsync(_publisher) == HealthStatus.Degraded);
            await Patiently.HoldsAsync(async () => await HealthAsync(_listener) == HealthStatus.Degraded);
            await _server.StartAsync();
        });

        await EachHasItsEffectOnceAsync();
        await Patiently.HoldsAsync(async () => await HealthAsync(_publisher) == HealthStatus.Healthy);
        await Patiently.HoldsAsync(async () => await HealthAsync(_listener) == HealthStatus.Healthy);
        (
            await _listener
                .Database<OtherModule>()
                .ReadAsync(
                    reader => reader.ReadParkedEventsAsync(null, false, 10, CancellationToken.None),
                    CancellationToken.None
                )
        ).ShouldBeEmpty();
    }

    [Fact]
    public async Task Killed_and_started_again_in_the_middle_twice()
    {
        await WhilePublishingAsync(async () =>
        {
            for (var time = 0; time < 2; time++)
            {
                await _server.KillAsync();
                await SomeArePublishedAsync();
                await _server.StartAsync();
                await SomeArePublishedAsync();
            }
        });

        await EachHasItsEffectOnceAsync();
    }

    [Fact]
    public async Task Its_queue_deleted_in_the_middle()
    {
        await WhilePublishingAsync(async () =>
        {
            for (var time = 0; time < 3; time++)
            {
                await OnBrokerAsync(channel => channel.QueueDeleteAsync("sillage.other", false, false));
                await SomeArePublishedAsync();
            }
        });

        await EachHasItsEffectOnceAsync();
    }

    [Fact]
    public async Task The_queue_with_all_that_waits_in_it_deleted_while_nobody_listens()
    {
        await WhilePublishingAsync(SomeArePublishedAsync);
        await _listener.DisposeAsync();
        await PublishAsync(20);
        await NothingWaitsInTheOutboxAsync();

        await OnBrokerAsync(channel => channel.QueueDeleteAsync("sillage.other", false, false));
        await PublishAsync(20);
        await NothingWaitsInTheOutboxAsync();

        _listener = await StartListenerAsync();
        await EachHasItsEffectOnceAsync();
    }

    [Fact]
    public async Task A_broker_that_stops_answering_is_given_up_in_time_and_taken_up_again()
    {
        await PublishAsync(5);
        await EachHasItsEffectOnceAsync();
        await _server.FreezeAsync();
        await PublishAsync(5);

        // Its connections are open; no confirmation comes.
        await Patiently.HoldsAsync(async () => await HealthAsync(_publisher) == HealthStatus.Degraded);
        await _server.ThawAsync();

        await EachHasItsEffectOnceAsync();
        await Patiently.HoldsAsync(async () => await HealthAsync(_publisher) == HealthStatus.Healthy);
    }

    [Fact]
    public async Task A_process_that_starts_while_the_broker_is_away_takes_part_once_it_is_there()
    {
        await _listener.DisposeAsync();
        await _server.StopAsync();
        await PublishAsync(5);
        _listener = await StartListenerAsync();
        (await HealthAsync(_listener)).ShouldBe(HealthStatus.Degraded);

        await _server.StartAsync();

        await EachHasItsEffectOnceAsync();
    }

    private static IServiceCollection Configure(IServiceCollection services, string uri) =>
        BusUnderTest
            .Add(services, uri)
            .Configure<EventOptions>(options =>
            {
                options.MaxAttempts = 3;
                options.FirstDelay = TimeSpan.FromMilliseconds(20);
                options.PollInterval = TimeSpan.FromMilliseconds(500);
            });

    private IServiceCollection Configure(IServiceCollection services) => Configure(services, _server.Uri);

    private Task<StorageUnderTest> StartListenerAsync() =>
        StorageUnderTest.StartAsync(
            _there,
            services =>
                Configure(services)
                    .AddModuleDatabase<OtherModule>("other")
                    .AddEventHandler<OtherModule, Counted, RecordCounted>()
        );

    /// <summary>Publishes all the time, one event after another, until the work is done and some more have been published.</summary>
    private async Task WhilePublishingAsync(Func<Task> work)
    {
        using var done = new CancellationTokenSource();
        var publishing = Task.Run(async () =>
        {
            while (!done.IsCancellationRequested)
            {
                await PublishAsync(1);
                await Task.Delay(20, CancellationToken.None);
            }
        });
        await SomeArePublishedAsync();
        await work();
        await SomeArePublishedAsync();
        await done.CancelAsync();
        await publishing;
    }

    private Task SomeArePublishedAsync()
    {
        var from = _published.Count;
        return Patiently.HoldsAsync(() => _published.Count >= from + 30);
    }

    private async Task PublishAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            var number = _published.Count;
            var counted = new Counted($"key {number % Keys}", number);
            await _publisher
                .Database<SpecimenModule>()
                .WriteAsync(
                    async unit =>
                    {
                        await unit.PublishAsync(counted, CancellationToken.None);
                        return 0;
                    },
                    CancellationToken.None
                );
            _published.Enqueue(counted);
        }
    }

    private Task NothingWaitsInTheOutboxAsync() =>
        Patiently.HoldsAsync(async () =>
            await _publisher
                .Database<SpecimenModule>()
                .ReadAsync(
                    reader => reader.ScalarAsync<long>("SELECT count(*) FROM sillage_outbox"),
                    CancellationToken.None
                ) == 0
        );

    private async Task EachHasItsEffectOnceAsync()
    {
        var expected = _published.Select(one => one.Number).ToArray();
        await Patiently.HoldsAsync(async () => (await EffectsAsync()).Length >= expected.Length);
        // What would come twice would come now.
        await Patiently.HoldsAsync(async () =>
            await _listener
                .Database<OtherModule>()
                .ReadAsync(
                    reader => reader.ScalarAsync<long>("SELECT count(*) FROM sillage_received"),
                    CancellationToken.None
                ) == 0
        );
        var effects = await EffectsAsync();
        effects.Order().ShouldBe(expected);
        foreach (var key in effects.GroupBy(number => number % Keys))
        {
            key.ShouldBeInOrder();
        }
    }

    /// <summary>The numbers in the order in which they were handled.</summary>
    private async Task<int[]> EffectsAsync() =>
        [
            .. (await _listener.Database<OtherModule>().SpecimensAsync())
                .OrderBy(specimen => specimen.Id.ToString(), StringComparer.Ordinal)
                .Select(specimen => (int)specimen.Count!.Value),
        ];

    private static async Task<HealthStatus> HealthAsync(StorageUnderTest storage) =>
        (await storage.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Status;

    private async Task OnBrokerAsync(Func<IChannel, Task> work)
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(_server.Uri) }.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        await work(channel);
    }

    /// <summary>Whose bad days are no other test's.</summary>
    public sealed class BrokerOfTheirOwn : IAsyncLifetime
    {
        public RabbitMqServer Server { get; } = new();

        public ValueTask InitializeAsync() => Server.InitializeAsync();

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }

    private sealed record Counted(string Name, int Number) : IEvent
    {
        public static string EventName => "specimen.counted";

        string IEvent.Key => Name;
    }

    private sealed class RecordCounted : IEventHandler<Counted>
    {
        private static int _handled;

        public Task Handle(EventContext<Counted> context, IUnitOfWork unit, CancellationToken ct)
        {
            // Its id in the order of handling, whatever the clock's grain; a second time would be a second row.
            var order = new Guid(Interlocked.Increment(ref _handled), 0, 0, new byte[8]);
            return unit.AddAsync(new Specimen(order, $"{order}", Count: context.Event.Number));
        }
    }
}
