using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Paging;
using Sillage.Storage;

namespace Sillage.Rowing.Files;

/// <summary>Lists the files that the caller sent, the newest first.</summary>
internal static class ListFiles
{
    /// <summary>Removes reports that are past their time; see <see cref="RowingOptions.KeepFiles"/>.</summary>
    public const string DeleteOld = """
        DELETE FROM file WHERE id IN
          (SELECT id FROM file WHERE uploaded_at < @Before AND state <> 'waiting' ORDER BY uploaded_at LIMIT @Limit)
        """;

    private const string Select = $"""
        SELECT {FileRow.Columns} FROM file WHERE account_id = @Account AND (@First OR id < @After) ORDER BY id DESC LIMIT @Limit
        """;

    /// <summary>Where a page begins.</summary>
    internal sealed record Keys(Guid Id);

    public static void Map(RouteGroupBuilder files) =>
        files
            .MapGet("/", Handle)
            .RequirePermission(RowingPermission.Read)
            .WithSummary("List the files that one sent")
            .WithDescription("The newest first, as long as `Rowing:KeepFiles` says. What was made of a file stays.");

    private static async Task<PageReply<FileResource>> Handle(
        PageRequest page,
        Caller caller,
        IDatabase<RowingData> database,
        CancellationToken ct
    )
    {
        var after = page.After<Keys>();
        var parameters = new
        {
            Account = caller.Id,
            First = after is null,
            After = after?.Id ?? Guid.Empty,
            Limit = (long)page.Limit + 1,
        };
        // Of a season a report names every workout.
        var (rows, isCut) = await database.ReadAsync(
            r =>
                r.QueryWithinAsync<FileRow>(
                    Select,
                    parameters,
                    PageRequest.MaximumBytes,
                    row => row.Report?.Length ?? 0,
                    ct
                ),
            ct
        );
        return PageReply<FileResource>.Of([.. rows.Select(FileResource.Of)], page, file => new Keys(file.Id), isCut);
    }
}
