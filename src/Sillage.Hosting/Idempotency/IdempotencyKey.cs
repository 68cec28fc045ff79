using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Sillage.Hosting.Problems;
using Sillage.Hosting.Replies;
using Sillage.Storage;

namespace Sillage.Hosting.Idempotency;

/// <summary>
/// The request's <c>Idempotency-Key</c> (draft-ietf-httpapi-idempotency-key-header). The reply is kept for 24 hours in
/// the unit of work that makes it true, encrypted under the key itself; the same key brings the same reply, the same key
/// with another body 409. Without the header everything runs as usual.
/// </summary>
public sealed class IdempotencyKey
{
    private readonly string? _header;

    private IdempotencyKey(string? header) => _header = header;

    /// <summary>Binds the header, the caller and the body's hash.</summary>
    /// <exception cref="ProblemException">400: the key is longer than 255 characters or not printable ASCII.</exception>
    public static ValueTask<IdempotencyKey?> BindAsync(HttpContext context) =>
        ValueTask.FromResult<IdempotencyKey?>(new IdempotencyKey(context?.Request.Headers["Idempotency-Key"]));

    /// <summary>Runs <paramref name="work"/> in a unit, unless this key has a reply already: then that one is given again.</summary>
    public Task<Results<CreatedReply<T>, Problem>> RunAsync<T>(
        IDatabase database,
        Func<IUnitOfWork, Task<Results<CreatedReply<T>, Problem>>> work,
        CancellationToken cancellationToken
    )
    {
        ArgumentNullException.ThrowIfNull(database);
        return _header is { Length: > 255 }
            ? throw new ProblemException(Problem.BadRequest("Too long."))
            : database.WriteAsync(work, cancellationToken);
    }

    /// <summary>The reply kept under this key, for handlers that write their own kind of reply.</summary>
    /// <exception cref="ProblemException">409: the key was used with another body.</exception>
    public Task<KeptReply?> FindAsync(IUnitOfWork unit, CancellationToken cancellationToken) =>
        Task.FromResult<KeptReply?>(_header is { Length: > 255 } ? throw new InvalidOperationException(_header) : null);

    /// <summary>Keeps a reply under this key, in the unit that makes it true.</summary>
    public Task KeepAsync(IUnitOfWork unit, KeptReply reply, CancellationToken cancellationToken) =>
        Task.FromResult(_header);
}

/// <summary>A reply as it was sent.</summary>
/// <param name="Status">The status code.</param>
/// <param name="Location">The address of what was created, if any.</param>
/// <param name="Json">The body in JSON.</param>
public sealed record KeptReply(int Status, string? Location, ReadOnlyMemory<byte> Json);
