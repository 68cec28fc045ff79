using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Shouldly;
using Sillage.Hosting.Limits;
using Sillage.Hosting.Modules;
using Sillage.Hosting.Processes;
using Sillage.Specifications;
using Xunit;

namespace Sillage.Redis.Tests;

/// <summary>What copies of a service grant together, through a real Redis that is killed and started again.</summary>
public sealed class SharedLimitTests
{
    private const int Burst = 10;

    [Fact]
    public async Task What_one_copy_has_granted_the_other_does_not_grant_again()
    {
        await using var redis = new RedisServer();
        await redis.InitializeAsync();
        await using var one = await Copy.StartAsync(redis.Configuration);
        await using var other = await Copy.StartAsync(redis.Configuration);

        await Eventually.HoldsAsync(async () =>
        {
            var person = Guid.NewGuid();
            one.Granted(person, Burst + 1).ShouldBe(Burst);
            var granted = 0;
            while (granted < Burst && other.Granted(person, 1) == 1)
            {
                granted++;
                await Task.Delay(100);
            }

            return granted < Burst;
        });
    }

    [Fact]
    public async Task While_Redis_is_away_each_copy_grants_its_share_and_afterwards_all_again()
    {
        await using var redis = new RedisServer();
        await redis.InitializeAsync();
        await using var one = await Copy.StartAsync(redis.Configuration);
        await using var other = await Copy.StartAsync(redis.Configuration);
        // Each has heard the other.
        await Eventually.HoldsAsync(() => one.Copies == 2 && other.Copies == 2);
        (await one.HealthAsync()).ShouldBe(HealthStatus.Healthy);

        await redis.KillAsync();

        await Eventually.HoldsAsync(() => one.Ledger.SharedAmong == 2 && other.Ledger.SharedAmong == 2);
        var person = Guid.NewGuid();
        one.Granted(person, Burst).ShouldBe(Burst / 2);
        other.Granted(person, Burst).ShouldBe(Burst / 2);
        (await one.HealthAsync()).ShouldBe(HealthStatus.Degraded);

        await redis.StartAgainAsync();

        await Eventually.HoldsAsync(() => one.Ledger.SharedAmong == 1 && other.Ledger.SharedAmong == 1);
        one.Granted(Guid.NewGuid(), Burst + 1).ShouldBe(Burst);
    }

    [Fact]
    public async Task A_copy_starts_where_there_is_no_Redis_yet_and_finds_it_later()
    {
        await using var redis = new RedisServer();
        await redis.InitializeAsync();
        await redis.KillAsync();
        await using var one = await Copy.StartAsync(redis.Configuration);
        one.Granted(Guid.NewGuid(), Burst + 1).ShouldBe(Burst);
        (await one.HealthAsync()).ShouldBe(HealthStatus.Degraded);

        await redis.StartAgainAsync();

        await Eventually.HoldsAsync(async () => await one.HealthAsync() == HealthStatus.Healthy);
        await using var other = await Copy.StartAsync(redis.Configuration);
        await Eventually.HoldsAsync(() => one.Copies == 2 && other.Copies == 2);
    }

    private sealed class Copy(ServiceProvider services, PersonLimit limit) : IAsyncDisposable
    {
        public LimitLedger Ledger { get; } = services.GetRequiredService<LimitLedger>();

        public int Copies => services.GetRequiredService<Limits.LimitExchange>().Copies;

        public static async Task<Copy> StartAsync(string configuration)
        {
            var services = new ServiceCollection()
                .AddLogging()
                .AddSingleton(TimeProvider.System)
                .AddSingleton<ProcessInstance>()
                .AddSingleton<LimitLedger>()
                .AddSingleton<IReadOnlyList<IModule>>([])
                .AddRedisBackplane(configuration)
                .AddRedisLimits()
                .BuildServiceProvider();
            var limit = new PersonLimit(
                "tests",
                "Too many.",
                new BucketOptions { Burst = Burst, PerSecond = 0.001 },
                Options.Create(new LimitsOptions()),
                services.GetRequiredService<LimitLedger>(),
                TimeProvider.System
            );
            foreach (var hosted in services.GetServices<IHostedService>())
            {
                await hosted.StartAsync(CancellationToken.None);
            }

            return new Copy(services, limit);
        }

        public int Granted(Guid person, int asked) =>
            Enumerable.Range(0, asked).Count(_ => limit.Refuse(person) is null);

        public async Task<HealthStatus> HealthAsync() =>
            (await services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Status;

        public async ValueTask DisposeAsync()
        {
            foreach (var hosted in services.GetServices<IHostedService>())
            {
                await hosted.StopAsync(CancellationToken.None);
            }

            await services.DisposeAsync();
        }
    }
}
