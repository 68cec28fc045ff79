using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Sillage.Api.Access;
using Sillage.Api.Problems;
using Sillage.Hosting.Pipeline;
using Sillage.Hosting.Processes;

namespace Sillage.Hosting.Limits;

/// <summary>
/// Counts requests: those of an account by the account, all others – without a credential, or with one that is refused – by the
/// address. So who is known is never limited by who is not. Tells in <c>RateLimit-Policy</c> and <c>RateLimit</c>
/// (draft-ietf-httpapi-ratelimit-headers) what is left.
/// </summary>
internal sealed class RateLimiter : ILoginLimit
{
    private const string Strangers = "requests from your network";
    private const string Guesses = "logins or refused passwords from your network";

    private readonly bool _isEnabled;
    private readonly RateBuckets<AddressKey> _addresses;
    private readonly RateBuckets<AddressKey> _logins;
    private readonly RateBuckets<Guid> _accounts;

    public RateLimiter(IOptions<LimitsOptions> options, LimitLedger ledger, TimeProvider clock)
    {
        var limits = options.Value.RateLimits;
        _isEnabled = limits.Enabled;
        _addresses = RateBuckets<AddressKey>.Shared("address", limits.Address, clock, ledger);
        _logins = RateBuckets<AddressKey>.Shared("login", limits.Login, clock, ledger);
        _accounts = RateBuckets<Guid>.Shared("account", limits.Account, clock, ledger);
    }

    /// <summary>Middleware before authentication.</summary>
    public Task LimitAddressAsync(HttpContext context, RequestDelegate next)
    {
        var endpoint = context.GetEndpoint();
        if (
            !_isEnabled
            || endpoint?.Metadata.GetMetadata<UnlimitedMetadata>() is not null
            || IsLookedAt(context.Request, endpoint)
        )
        {
            return next(context);
        }

        var address = AddressKey.Of(context.Connection.RemoteIpAddress);
        if (!TryTake(context, _addresses, address))
        {
            return TooMany(_addresses.Take(address, 0), Strangers).ExecuteAsync(context);
        }

        return endpoint?.Metadata.GetMetadata<LoginMetadata>() is not null && !TryTake(context, _logins, address)
            ? TooMany(_logins.Take(address, 0), Guesses).ExecuteAsync(context)
            : next(context);
    }

    /// <summary>Goes on with <paramref name="next"/> once it is known who asks, if that account may ask now.</summary>
    public Task LimitAccountAsync(HttpContext context, Caller caller, RequestDelegate next) =>
        !_isEnabled || TryTake(context, _accounts, caller.Id)
            ? next(context)
            : TooMany(_accounts.Take(caller.Id, 0), "requests from your account").ExecuteAsync(context);

    /// <summary>Refuses a credential; in the words of the limit where the address has sent too many.</summary>
    public Task RefuseAsync(HttpContext context, Challenge challenge)
    {
        var address = AddressKey.Of(context.Connection.RemoteIpAddress);
        return !_isEnabled || TryTake(context, _addresses, address)
            ? challenge.ExecuteAsync(context)
            : TooMany(_addresses.Take(address, 0), Strangers).ExecuteAsync(context);
    }

    /// <summary>Counts a credential that was refused elsewhere than in a request.</summary>
    /// <returns>Null, or what to say instead of the refusal, if there were too many.</returns>
    public Problem? CountRefusal(IPAddress? client) => Take(_addresses, client, Strangers);

    /// <inheritdoc />
    public void Pay(IPAddress? client)
    {
        if (Take(_logins, client, Guesses) is { } tooMany)
        {
            throw new ProblemException(tooMany);
        }
    }

    /// <inheritdoc />
    public void GiveBack(IPAddress? client)
    {
        if (_isEnabled)
        {
            _logins.GiveBack(AddressKey.Of(client));
        }
    }

    /// <summary>Whether the access check will look at a credential: it counts the request when it knows whose it is.</summary>
    private static bool IsLookedAt(HttpRequest request, Endpoint? endpoint) =>
        endpoint is RouteEndpoint
        && (
            request.Headers.Authorization.Count > 0
            || request.Headers.ContainsKey("X-API-Key")
            || SessionCookies.IsBrought(request)
        )
        && (
            endpoint.Metadata.GetMetadata<ServiceMetadata>() is not null
            || endpoint.Metadata.GetMetadata<LoginMetadata>() is null
                && endpoint.Metadata.GetMetadata<IgnoresCredentialsMetadata>() is null
        );

    private Problem? Take(RateBuckets<AddressKey> buckets, IPAddress? client, string what) =>
        _isEnabled && buckets.Take(AddressKey.Of(client)) is { IsTaken: false } result ? TooMany(result, what) : null;

    private static bool TryTake<TKey>(HttpContext context, RateBuckets<TKey> buckets, TKey key)
        where TKey : notnull
    {
        var result = buckets.Take(key);
        var headers = context.Response.Headers;
        var seconds = (long)Math.Ceiling(result.Reset.TotalSeconds);
        var item = string.Create(CultureInfo.InvariantCulture, $"\"{buckets.Name}\";r={result.Remaining};t={seconds}");
        headers["RateLimit-Policy"] = Append(headers["RateLimit-Policy"], buckets.Policy);
        headers["RateLimit"] = Append(headers["RateLimit"], item);
        return result.IsTaken;
    }

    private static StringValues Append(StringValues list, string item) =>
        list.Count == 0 ? item : string.Concat(list.ToString(), ", ", item);

    private static Problem TooMany(RateResult result, string what)
    {
        var wait = Math.Max(1, (long)Math.Ceiling(result.RetryAfter.TotalSeconds));
        return Problem.TooManyRequests($"Too many {what}. Try again in {wait} s.", TimeSpan.FromSeconds(wait));
    }
}
