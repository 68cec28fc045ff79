using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Http.Resilience;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Polly;
using Sillage.Accounts.Contracts;
using Sillage.Accounts.Contracts.Erasures;
using Sillage.Accounts.Contracts.PersonalData;
using Sillage.Accounts.Contracts.Remote;
using Sillage.Api.Access;
using Sillage.Hosting.Authentication;
using Sillage.Hosting.Authentication.Checking;
using Sillage.Hosting.Settings;

namespace Sillage.Accounts.Remote;

/// <summary>Accounts as seen from a process that does not run their module.</summary>
public static class RemoteAccounts
{
    /// <summary>
    /// Registers accounts that are asked for at the address of the settings; without one, accounts that nobody has.
    /// </summary>
    public static IServiceCollection AddRemoteAccounts(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddSettings<AccountsOptions>("Accounts");
        services.AddSettings<RemoteAccountsOptions>(RemoteAccountsOptions.Section);
        if (!IsGiven(configuration.GetSection(RemoteAccountsOptions.Section)))
        {
            services.AddSingleton<IAccountDirectory, NoAccounts>();
            services.AddSingleton<ILongTokens, NoAccounts>();
            services.AddSingleton<IAccountAddresses, NoAccounts>();
            return services.AddHealth(_ => new NoAccountsHealthCheck());
        }

        services.AddClients();
        services.AddSingleton<AccountsClient>();
        services.AddSingleton<AccountsCopies>();
        services.AddSingleton<KnownAccounts>();
        services.AddSingleton<RemoteKeys>();
        services.AddSingleton<ChangeListener>();
        services.AddHostedService(provider => provider.GetRequiredService<ChangeListener>());
        services.AddSingleton<IAccountRecords, RemoteRecords>();
        services.AddSingleton<IAccountWatch, AccountWatch>();
        services.AddSingleton<IIdentityAuthority>(provider =>
        {
            var accounts = provider.GetRequiredService<IOptions<AccountsOptions>>().Value;
            return new IdentityAuthority(
                provider.GetRequiredService<IAccountRecords>(),
                provider.GetRequiredService<Permissions>(),
                new CheckingRules(
                    accounts.Issuer,
                    accounts.Audience,
                    accounts.PasswordMemory,
                    Usernames.MaximumLength,
                    accounts.LongestToken()
                ),
                provider.GetRequiredService<TimeProvider>()
            );
        });
        services.AddSingleton<IAccountDirectory, RemoteDirectory>();
        services.AddSingleton<ILongTokens, RemoteLongTokens>();
        services.AddSingleton<IAccountAddresses, RemoteAddresses>();
        return services.AddHealth(provider => new RemoteHealthCheck(provider.GetRequiredService<ChangeListener>()));
    }

    /// <summary>Maps what the accounts module would map of what is everybody's.</summary>
    public static void MapRemoteAccounts(this IEndpointRouteBuilder routes)
    {
        ArgumentNullException.ThrowIfNull(routes);
        // A process with nothing about people has no erasures to follow.
        if (routes.ServiceProvider.GetService<IErasureList>() is not null)
        {
            ReadErasure.Map(routes);
        }
    }

    // Before the settings are checked: as texts.
    private static bool IsGiven(IConfigurationSection section) =>
        section[nameof(RemoteAccountsOptions.Address)] is { Length: > 0 }
        || section[nameof(RemoteAccountsOptions.Discover)] is { Length: > 0 }
        || section.GetSection(nameof(RemoteAccountsOptions.Addresses)).GetChildren().Any();

    private static void AddClients(this IServiceCollection services)
    {
        // The breaker and the retries speak up at every step; what matters of it the listener says once.
        services.AddLogging(logging => logging.AddFilter("Polly", LogLevel.Error));
        services
            .AddHttpClient(AccountsClient.Changes, Configure)
            .RemoveAllLoggers()
            .AddHttpMessageHandler(provider => new ToACopy(provider.GetRequiredService<AccountsCopies>(), stays: true));
        services
            .AddHttpClient(AccountsClient.Questions, Configure)
            .RemoveAllLoggers()
            .AddStandardResilienceHandler()
            .Configure(
                (resilience, provider) =>
                    Configure(resilience, provider.GetRequiredService<IOptions<RemoteAccountsOptions>>().Value)
            );
        // Inside of the retries, so that each goes to another copy.
        services
            .AddHttpClient(AccountsClient.Questions)
            .AddHttpMessageHandler(provider => new ToACopy(
                provider.GetRequiredService<AccountsCopies>(),
                stays: false
            ));
    }

    // The address is put in its place for each try.
    private static void Configure(HttpClient client)
    {
        client.BaseAddress = new Uri("http://accounts/");
        client.Timeout = Timeout.InfiniteTimeSpan;
    }

    private static void Configure(HttpStandardResilienceOptions resilience, RemoteAccountsOptions options)
    {
        var attempt = options.Timeout * 0.45;
        resilience.TotalRequestTimeout.Timeout = options.Timeout;
        resilience.AttemptTimeout.Timeout = attempt;
        resilience.Retry.MaxRetryAttempts = 2;
        resilience.Retry.Delay = TimeSpan.FromMilliseconds(100);
        resilience.Retry.BackoffType = DelayBackoffType.Exponential;
        resilience.Retry.UseJitter = true;
        resilience.Retry.ShouldHandle = args => ValueTask.FromResult(IsGone(args.Outcome));
        // A password that was wrong counts, and an account that was made is there: only questions are repeated.
        resilience.Retry.DisableForUnsafeHttpMethods();
        resilience.CircuitBreaker.ShouldHandle = args => ValueTask.FromResult(IsGone(args.Outcome));
        resilience.CircuitBreaker.MinimumThroughput = 5;
        resilience.CircuitBreaker.FailureRatio = 0.5;
        resilience.CircuitBreaker.SamplingDuration = TimeSpan.FromSeconds(Math.Max(10, 2 * attempt.TotalSeconds));
        resilience.CircuitBreaker.BreakDuration = TimeSpan.FromSeconds(1);
    }

    // What it says of a client (too many logins, too busy to hash) is an answer: whoever guesses must not break it for all.
    private static bool IsGone(Outcome<HttpResponseMessage> outcome) =>
        outcome.Exception is HttpRequestException or Polly.Timeout.TimeoutRejectedException
        || outcome.Result?.StatusCode
            is System.Net.HttpStatusCode.BadGateway
                or System.Net.HttpStatusCode.GatewayTimeout;

    private static IServiceCollection AddHealth(
        this IServiceCollection services,
        Func<IServiceProvider, IHealthCheck> check
    )
    {
        services.AddHealthChecks().Add(new HealthCheckRegistration("accounts", check, HealthStatus.Degraded, []));
        return services;
    }
}
