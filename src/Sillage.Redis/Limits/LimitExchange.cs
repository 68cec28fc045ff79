using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Sillage.Hosting.Limits;
using Sillage.Hosting.Modules;
using Sillage.Hosting.Processes;
using StackExchange.Redis;

namespace Sillage.Redis.Limits;

/// <summary>
/// Tells the other copies of this service what was taken from its limits, ten times a second, and takes what they tell. While Redis is away each grants
/// its share of a limit: one for as many copies as were heard last.
/// </summary>
internal sealed partial class LimitExchange(
    LimitLedger ledger,
    RedisConnection redis,
    ProcessInstance instance,
    IReadOnlyList<IModule> modules,
    TimeProvider clock,
    ILogger<LimitExchange> logger
) : BackgroundService, IHealthCheck
{
    private const int MostInOne = 500;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);

    // A copy that is silent for so long has ended.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(5);

    private readonly RedisChannel _channel = RedisChannel.Literal(
        // Only copies of the same service: a gateway and what is behind it count the same request each for itself.
        $"sillage:limits:{string.Join('+', modules.Select(module => module.Name).Order(StringComparer.Ordinal))}"
    );

    private readonly ConcurrentDictionary<string, long> _heard = new(StringComparer.Ordinal);
    private bool _isAway;

    /// <summary>How many copies there are, as far as this one has heard.</summary>
    public int Copies => _heard.Count + 1;

    /// <inheritdoc />
    public Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken = default
    ) =>
        Task.FromResult(
            redis.IsUp
                ? HealthCheckResult.Healthy()
                : new HealthCheckResult(context.Registration.FailureStatus, "Redis cannot be reached.")
        );

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        ledger.IsTold = true;
        var isHeard = false;
        var told = clock.GetTimestamp();
        using var timer = new PeriodicTimer(Pause, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var taken = ledger.Drain();
            try
            {
                if (!redis.Value.IsConnected)
                {
                    Away(null);
                    continue;
                }

                if (!isHeard)
                {
                    (await redis.SubscribeAsync(_channel)).OnMessage(message => Hear(message.Message));
                    isHeard = true;
                }

                if (taken.Count > 0 || clock.GetElapsedTime(told) >= Beat)
                {
                    told = clock.GetTimestamp();
                    await TellAsync(taken);
                }

                Back();
            }
            catch (RedisException e)
            {
                Away(e);
            }
            catch (TimeoutException e)
            {
                Away(e);
            }
        }
    }

    private async Task TellAsync(IReadOnlyList<TakenTokens> taken)
    {
        var parts =
            taken.Count == 0
                ?
                [
                    [],
                ]
                : taken.Chunk(MostInOne);
        foreach (var part in parts)
        {
            var message = JsonSerializer.SerializeToUtf8Bytes(new Told(instance.Tag, part));
            await redis.Value.GetSubscriber().PublishAsync(_channel, message);
        }
    }

    private void Hear(RedisValue message)
    {
        Told? told;
        try
        {
            told = JsonSerializer.Deserialize<Told>((byte[])message!);
        }
        catch (JsonException)
        {
            // Of another version, or nobody's.
            return;
        }

        if (told is null || told.From == instance.Tag)
        {
            return;
        }

        _heard[told.From] = clock.GetTimestamp();
        foreach (var taken in told.Taken)
        {
            ledger.Hear(taken);
        }
    }

    private void Away(Exception? reason)
    {
        if (!_isAway)
        {
            _isAway = true;
            Forget();
            ledger.SharedAmong = Copies;
            LogAway(logger, ledger.SharedAmong, reason?.Message);
        }
    }

    private void Back()
    {
        if (_isAway)
        {
            _isAway = false;
            ledger.SharedAmong = 1;
            LogBack(logger);
        }

        Forget();
    }

    private void Forget()
    {
        foreach (var (copy, at) in _heard)
        {
            if (clock.GetElapsedTime(at) > Silence)
            {
                _heard.TryRemove(copy, out _);
            }
        }
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Redis is away ({Reason}): until it is back this copy grants one part in {Copies} of each limit"
    )]
    private static partial void LogAway(ILogger logger, int copies, string? reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Redis is back: copies share their limits again")]
    private static partial void LogBack(ILogger logger);

    private sealed record Told(string From, IReadOnlyList<TakenTokens> Taken);
}
