using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sillage.Hosting.Problems;
using Sillage.Hosting.Replies;

namespace Sillage.Hosting.Requests;

/// <summary>The request's <c>If-Match</c> (RFC 9110 section 13.1.1), for handlers that change a resource.</summary>
public sealed class Precondition
{
    private readonly string? _ifMatch;

    private Precondition(string? ifMatch) => _ifMatch = ifMatch;

    /// <summary>Binds the request's precondition; without the header every state is fine.</summary>
    public static ValueTask<Precondition?> BindAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var header = context.Request.Headers.IfMatch.ToString();
        return ValueTask.FromResult<Precondition?>(new Precondition(header.Length == 0 ? null : header));
    }

    /// <summary>
    /// Checks the resource as it is now, as a GET would send it. Call it inside the unit of work that changes it, so that
    /// nothing comes between.
    /// </summary>
    /// <exception cref="ProblemException">412: the client changes a version that is no longer the current one.</exception>
    public void Check<T>(T current)
        where T : notnull
    {
        if (_ifMatch is null or "*")
        {
            return;
        }

        var tag = EntityTag.Of(JsonSerializer.SerializeToUtf8Bytes(current, Json.Options));
        if (!_ifMatch.Split(',', StringSplitOptions.TrimEntries).Contains(tag, StringComparer.Ordinal))
        {
            throw new ProblemException(Problem.PreconditionFailed());
        }
    }
}
