using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Sillage.Api.Access;
using Sillage.Api.Formats;
using Sillage.Collections.Declared;
using Sillage.Storage;
using Sillage.Storage.Work;

namespace Sillage.Collections.Stored;

/// <summary>Writes down who asked what of spaces.</summary>
internal sealed record WriteRequests : IRecurringJob
{
    public static string Kind => "collections.write-requests";
}

/// <summary>
/// Who asked what of the collections of spaces, save of main: the request and its answer's status, no bodies. It is written each second; where more comes at once than there is room for, the
/// log has a gap and the requests are answered all the same.
/// </summary>
internal sealed class RequestLog(
    IDatabase<CollectionsData> database,
    IOptions<CollectionsOptions> options,
    TimeProvider clock
) : IWork<WriteRequests>
{
    private const int Most = 10_000;
    private const int LongestPath = 500;

    /// <summary>Removes what is old.</summary>
    public const string DeleteOld =
        "DELETE FROM space_request WHERE key IN (SELECT key FROM space_request WHERE at < @Before ORDER BY at LIMIT @Limit)";

    private static readonly Sql Insert = new(
        "INSERT INTO space_request (space, at, account, method, path, status) VALUES (@Space, @At, @Account, @Method, @Path, @Status)",
        """
        INSERT INTO space_request (space, at, account, method, path, status)
        SELECT space, at, account, method, path, status
        FROM unnest(@Space, @At, @Account, @Method, @Path, @Status) AS asked(space, at, account, method, path, status)
        """
    );

    private readonly ConcurrentQueue<SpaceRequest> _waiting = new();

    /// <summary>Puts a request by, once it is answered.</summary>
    public void Add(HttpContext http, string space)
    {
        if (space == CollectionText.MainSpace || options.Value.KeepRequestsDays == 0)
        {
            return;
        }

        var (request, at) = (http.Request, clock.GetUtcNow());
        var path = Beginning.Of($"{request.Path}{request.QueryString}", LongestPath);
        http.Response.OnCompleted(() =>
        {
            if (_waiting.Count < Most)
            {
                _waiting.Enqueue(
                    new SpaceRequest(
                        0,
                        space,
                        at,
                        http.Features.Get<Caller>()?.Id,
                        request.Method,
                        path,
                        http.Response.StatusCode
                    )
                );
            }

            return Task.CompletedTask;
        });
    }

    public async Task<WorkResult> RunAsync(WriteRequests job, WorkRun run, CancellationToken ct)
    {
        var rows = new List<object>();
        while (rows.Count < Most && _waiting.TryDequeue(out var request))
        {
            rows.Add(request);
        }

        if (rows.Count > 0)
        {
            await database.WriteAsync(unit => unit.ExecuteEachAsync(Insert, rows, ct), ct);
        }

        return WorkResult.Done;
    }
}

/// <summary>A request as it is kept.</summary>
internal sealed record SpaceRequest(
    long Key,
    string Space,
    DateTimeOffset At,
    Guid? Account,
    string Method,
    string Path,
    long Status
)
{
    public const string Columns = "key, space, at, account, method, path, status";
}
