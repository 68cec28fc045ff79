using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Sillage.SocketIO.EngineIO;

/// <summary>The request that opened a connection, kept after that request has ended.</summary>
public sealed class EngineHandshake
{
    private readonly KeyValuePair<string, StringValues>[] _headers;
    private readonly string _query;
    private IQueryCollection? _parsedQuery;

    internal EngineHandshake(HttpContext context, DateTimeOffset time)
    {
        var request = context.Request;
        _headers = [.. request.Headers];
        _query = request.QueryString.Value ?? "";
        User = context.User;
        RemoteAddress = context.Connection.RemoteIpAddress;
        IsSecure = request.IsHttps;
        Time = time;
    }

    /// <summary>Who asked, as the host's authentication found out.</summary>
    public ClaimsPrincipal User { get; }

    /// <summary>The address that the request came from.</summary>
    public IPAddress? RemoteAddress { get; }

    /// <summary>Whether it came by HTTPS.</summary>
    public bool IsSecure { get; }

    /// <summary>When it came.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>Its headers.</summary>
    public IReadOnlyList<KeyValuePair<string, StringValues>> Headers => _headers;

    /// <summary>Its query.</summary>
    public IQueryCollection Query =>
        _parsedQuery ??= new QueryCollection(Microsoft.AspNetCore.WebUtilities.QueryHelpers.ParseQuery(_query));

    /// <summary>The value of a header; empty when it was not sent.</summary>
    public StringValues Header(string name)
    {
        foreach (var header in _headers)
        {
            if (header.Key.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return header.Value;
            }
        }

        return StringValues.Empty;
    }
}
