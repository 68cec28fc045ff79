using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Sillage.Api.Access;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests.Reading;
using Sillage.Storage;

namespace Sillage.Api.Idempotency;

/// <summary>
/// The request's <c>Idempotency-Key</c> (draft-ietf-httpapi-idempotency-key-header). The reply is kept for 24 hours in
/// the unit of work that makes it true, encrypted under the key itself; the same key brings the same reply, the same key
/// with another body 409. Without the header everything runs as usual. A key counts for one account, method and route.
/// </summary>
public sealed class IdempotencyKey : IEndpointParameterMetadataProvider
{
    /// <summary>The request header.</summary>
    public const string HeaderName = "Idempotency-Key";

    private const int LongestKey = 255;

    private static readonly IdempotencyKey None = new(null);

    private readonly KeptReplies? _replies;

    private IdempotencyKey(KeptReplies? replies) => _replies = replies;

    /// <summary>
    /// What tells this key from every other, for handlers that look up several in one unit: of two that are the same the
    /// second is looked up after the first one's reply is kept. Null without the header.
    /// </summary>
    public string? Name => _replies?.Name;

    /// <summary>Binds the header, the caller and the body's hash, which <see cref="ReadBodyAsync"/> adds later where a body may be long.</summary>
    /// <exception cref="ProblemException">400: the key is longer than 255 characters or not printable ASCII.</exception>
    public static async ValueTask<IdempotencyKey?> BindAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (!context.Request.Headers.TryGetValue(HeaderName, out var header))
        {
            return None;
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

        var account = context.Features.Get<Caller>()?.Id;
        var route = (context.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        var room = context.RequestServices.GetRequiredService<KeptReplyRoom>();
        await room.FindAsync();
        var bound = new IdempotencyKey(
            new KeptReplies(
                $"{account?.ToString() ?? "anonymous"} {context.Request.Method} {route}",
                key,
                room.OwnerOf(context, account),
                room,
                context.RequestServices.GetRequiredService<TimeProvider>()
            )
        );
        // Where a body may be long, its handler first looks whether the caller may send one at all.
        if (context.GetEndpoint()?.Metadata.GetMetadata<IRequestSizeLimitMetadata>() is null)
        {
            await bound.ReadBodyAsync(context);
        }

        return bound;
    }

    /// <summary>
    /// Reads the body, by which a repeated request is told from another one. On routes that set their own size of a body
    /// the handler asks for it, once the caller may send one, and takes it from here. Who reads the request's stream all the same finds it as if
    /// it had not been read.
    /// </summary>
    /// <returns>The body as it came; null without the header: then nothing was read.</returns>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadBodyAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (_replies is null)
        {
            return null;
        }

        var body = await RequestBody.ReadBytesAsync(context);
        if (MemoryMarshal.TryGetArray(body, out var bytes))
        {
            context.Request.Body = new MemoryStream(bytes.Array!, bytes.Offset, bytes.Count, writable: false);
        }

        _replies.RequestHash = HashOf(context.Request, body.Span);
        return body;
    }

    /// <summary>Runs <paramref name="work"/> in a unit, unless this key has a reply already: then that one is given again.</summary>
    /// <exception cref="ProblemException">409: the key was used with another body.</exception>
    public Task<Results<CreatedReply<T>, Problem>> RunAsync<T>(
        IDatabase database,
        Func<IUnitOfWork, Task<Results<CreatedReply<T>, Problem>>> work,
        CancellationToken ct
    )
    {
        ArgumentNullException.ThrowIfNull(database);
        ArgumentNullException.ThrowIfNull(work);
        return _replies is null
            ? database.WriteAsync(work, ct)
            : database.WriteAsync(unit => RunOnceAsync(_replies, unit, work, ct), ct);
    }

    /// <summary>
    /// Says whom the reply names, besides who asks, before it is kept: once one of them is erased it is not given again.
    /// </summary>
    public void Names(params IEnumerable<Guid> accounts) => _replies?.AddPeople(accounts);

    /// <summary>
    /// The reply kept under this key, for handlers that write their own kind of reply; it executes itself. Null if there is
    /// none: then this unit has the key to itself until it ends.
    /// </summary>
    /// <exception cref="ProblemException">409: the key was used with another body.</exception>
    public Task<KeptReply?> FindAsync(IUnitOfWork unit, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(unit);
        return _replies is null ? Task.FromResult<KeptReply?>(null) : _replies.ClaimAsync(unit, ct);
    }

    /// <summary>Keeps a reply under this key, in the unit that makes it true. Only for success: what failed may be tried again.</summary>
    public Task KeepAsync(IUnitOfWork unit, KeptReply reply, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(unit);
        ArgumentNullException.ThrowIfNull(reply);
        return _replies is null ? Task.CompletedTask : _replies.KeepAsync(unit, reply, ct);
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
        CancellationToken ct
    )
    {
        if (await replies.ClaimAsync(unit, ct) is { } kept)
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
            await replies.KeepAsync(unit, reply, ct);
        }
        else
        {
            await replies.ReleaseAsync(unit, ct);
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
