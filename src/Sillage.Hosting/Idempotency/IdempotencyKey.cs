using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Sillage.Hosting.Authentication;
using Sillage.Hosting.Problems;
using Sillage.Hosting.Replies;
using Sillage.Hosting.Requests.Reading;
using Sillage.Storage;

namespace Sillage.Hosting.Idempotency;

/// <summary>
/// The request's <c>Idempotency-Key</c> (draft-ietf-httpapi-idempotency-key-header). The reply is kept for 24 hours in
/// the unit of work that makes it true, encrypted under the key itself; the same key brings the same reply, the same key
/// with another body 409. Without the header everything runs as usual. A key counts for one account, method and route.
/// </summary>
public sealed class IdempotencyKey : IEndpointParameterMetadataProvider
{
    /// <summary>The request header.</summary>
    public const string HeaderName = "Idempotency-Key";

    /// <summary>The reply header that says <c>true</c> when a kept reply is given again.</summary>
    public const string ReplayedHeaderName = "Idempotency-Replayed";

    private const int LongestKey = 255;

    private readonly KeptReplies? _replies;

    private IdempotencyKey(KeptReplies? replies) => _replies = replies;

    /// <summary>
    /// What tells this key from every other, for handlers that look up several in one unit: of two that are the same the
    /// second is looked up after the first one's reply is kept. Null without the header.
    /// </summary>
    public string? Name => _replies?.Name;

    /// <summary>Binds the header, the caller and the body's hash.</summary>
    /// <exception cref="ProblemException">400: the key is longer than 255 characters or not printable ASCII.</exception>
    public static async ValueTask<IdempotencyKey?> BindAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (!context.Request.Headers.TryGetValue(HeaderName, out var header))
        {
            return new IdempotencyKey(null);
        }

        var key = header.ToString();
        if (header.Count != 1 || key.Length is 0 or > LongestKey || key.Any(c => c is < ' ' or > '~'))
        {
            throw new ProblemException(
                Problem.BadRequest(
                    $"The {HeaderName} has to be one text of 1 to {LongestKey} printable ASCII characters."
                )
            );
        }

        var body = await RequestBody.ReadBytesAsync(context);
        // A handler that reads the body by itself finds it as if it had not been read.
        context.Request.Body = new MemoryStream(body.ToArray(), writable: false);
        var account = context.Features.Get<Caller>()?.Id.ToString() ?? "anonymous";
        var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        return new IdempotencyKey(
            new KeptReplies(
                $"{account} {context.Request.Method} {route}",
                key,
                HashOf(context.Request, body.Span),
                context.RequestServices.GetRequiredService<TimeProvider>()
            )
        );
    }

    /// <summary>Runs <paramref name="work"/> in a unit, unless this key has a reply already: then that one is given again.</summary>
    /// <exception cref="ProblemException">409: the key was used with another body.</exception>
    public Task<Results<CreatedReply<T>, Problem>> RunAsync<T>(
        IDatabase database,
        Func<IUnitOfWork, Task<Results<CreatedReply<T>, Problem>>> work,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(work);
        return _replies is null
            ? database.WriteAsync(work, cancellationToken)
            : database.WriteAsync(unit => RunOnceAsync(_replies, unit, work, cancellationToken), cancellationToken);
    }

    /// <summary>
    /// The reply kept under this key, for handlers that write their own kind of reply; it executes itself. Null if there is
    /// none: then this unit has the key to itself until it ends.
    /// </summary>
    /// <exception cref="ProblemException">409: the key was used with another body.</exception>
    public Task<KeptReply?> FindAsync(IUnitOfWork unit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(unit);
        return _replies is null ? Task.FromResult<KeptReply?>(null) : _replies.ClaimAsync(unit, cancellationToken);
    }

    /// <summary>Keeps a reply under this key, in the unit that makes it true. Only for success: what failed may be tried again.</summary>
    public Task KeepAsync(IUnitOfWork unit, KeptReply reply, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(unit);
        ArgumentNullException.ThrowIfNull(reply);
        return _replies is null ? Task.CompletedTask : _replies.KeepAsync(unit, reply, cancellationToken);
    }

    /// <inheritdoc />
    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Metadata.Add(new IdempotencyMetadata());
    }

    private static async Task<Results<CreatedReply<T>, Problem>> RunOnceAsync<T>(
        KeptReplies replies,
        IUnitOfWork unit,
        Func<IUnitOfWork, Task<Results<CreatedReply<T>, Problem>>> work,
        CancellationToken cancellationToken
    )
    {
        if (await replies.ClaimAsync(unit, cancellationToken) is { } kept)
        {
            return new CreatedReply<T>(kept.Location ?? "", kept.Json) { NoStore = kept.NoStore, IsReplayed = true };
        }

        var result = await work(unit);
        if (result.Result is CreatedReply<T> created)
        {
            var reply = new KeptReply(
                StatusCodes.Status201Created,
                created.Location,
                created.JsonBytes,
                created.NoStore
            );
            await replies.KeepAsync(unit, reply, cancellationToken);
        }
        else
        {
            await replies.ReleaseAsync(unit, cancellationToken);
        }

        return result;
    }

    // The address too: one route has many, and a key that is reused on another study is as wrong as one with another body.
    private static byte[] HashOf(HttpRequest request, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes($"{request.Path}{request.QueryString}\n"));
        hash.AppendData(body);
        return hash.GetHashAndReset();
    }
}

/// <summary>Says on an endpoint that it takes an <c>Idempotency-Key</c>; read by the OpenAPI document.</summary>
internal sealed record IdempotencyMetadata;
