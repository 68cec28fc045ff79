using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Sillage.Hosting.Authentication;
using Sillage.Hosting.Pipeline;
using Sillage.Hosting.Problems;

namespace Sillage.Hosting.Limits;

/// <summary>
/// Counts requests: by address before anything is known, by account once it is. Tells in <c>RateLimit-Policy</c> and
/// <c>RateLimit</c> (draft-ietf-httpapi-ratelimit-headers) what is left.
/// </summary>
internal sealed class RateLimiter
{
    private readonly bool _isEnabled;
    private readonly RateBuckets<AddressKey> _addresses;
    private readonly RateBuckets<AddressKey> _logins;
    private readonly RateBuckets<Guid> _accounts;

    public RateLimiter(IOptions<LimitsOptions> options, TimeProvider clock)
    {
        var limits = options.Value.RateLimits;
        _isEnabled = limits.Enabled;
        _addresses = new RateBuckets<AddressKey>("address", limits.Address, clock);
        _logins = new RateBuckets<AddressKey>("login", limits.Login, clock);
        _accounts = new RateBuckets<Guid>("account", limits.Account, clock);
    }

    /// <summary>Middleware before authentication.</summary>
    public Task LimitAddressAsync(HttpContext context, RequestDelegate next)
    {
        var endpoint = context.GetEndpoint();
        if (!_isEnabled || endpoint?.Metadata.GetMetadata<QuietMetadata>() is not null)
        {
            return next(context);
        }

        var address = AddressKey.Of(context.Connection.RemoteIpAddress);
        if (!TryTake(context, _addresses, address, tokens: 1))
        {
            return TooManyAsync(context, _addresses.Take(address, 0), "requests from your network");
        }

        // Who guesses at credentials is stopped before another one costs a password hash.
        var isLogin = endpoint?.Metadata.GetMetadata<LoginMetadata>() is not null;
        if ((isLogin || HasCredential(context.Request)) && !TryTake(context, _logins, address, isLogin ? 1 : 0))
        {
            return TooManyAsync(context, _logins.Take(address, 0), "logins or refused credentials from your network");
        }

        return next(context);
    }

    /// <summary>Goes on with <paramref name="next"/> once it is known who asks, if that account may ask now.</summary>
    public Task LimitAccountAsync(HttpContext context, Caller caller, RequestDelegate next) =>
        !_isEnabled
        || context.GetEndpoint()?.Metadata.GetMetadata<QuietMetadata>() is not null
        || TryTake(context, _accounts, caller.Id, tokens: 1)
            ? next(context)
            : TooManyAsync(context, _accounts.Take(caller.Id, 0), "requests from your account");

    /// <summary>Counts a credential that was refused as a login.</summary>
    public void CountRefusal(HttpContext context)
    {
        if (_isEnabled)
        {
            _logins.Take(AddressKey.Of(context.Connection.RemoteIpAddress));
        }
    }

    private static bool HasCredential(HttpRequest request) =>
        request.Headers.Authorization.Count > 0 || request.Headers.ContainsKey("X-API-Key");

    private static bool TryTake<TKey>(HttpContext context, RateBuckets<TKey> buckets, TKey key, int tokens)
        where TKey : notnull
    {
        var result = buckets.Take(key, tokens);
        if (tokens == 0 && result.IsTaken)
        {
            return true;
        }

        var headers = context.Response.Headers;
        var seconds = (long)Math.Ceiling(result.Reset.TotalSeconds);
        var item = string.Create(CultureInfo.InvariantCulture, $"\"{buckets.Name}\";r={result.Remaining};t={seconds}");
        headers["RateLimit-Policy"] = Append(headers["RateLimit-Policy"], buckets.Policy);
        headers["RateLimit"] = Append(headers["RateLimit"], item);
        return result.IsTaken;
    }

    private static StringValues Append(StringValues list, string item) =>
        list.Count == 0 ? item : string.Concat(list.ToString(), ", ", item);

    private static Task TooManyAsync(HttpContext context, RateResult result, string what)
    {
        var wait = Math.Max(1, (long)Math.Ceiling(result.RetryAfter.TotalSeconds));
        return Problem
            .TooManyRequests($"Too many {what}. Try again in {wait} s.", TimeSpan.FromSeconds(wait))
            .ExecuteAsync(context);
    }
}
