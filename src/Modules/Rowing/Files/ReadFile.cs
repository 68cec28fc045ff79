using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Storage;

namespace Sillage.Rowing.Files;

/// <summary>Shows what came of a file.</summary>
internal static class ReadFile
{
    private const string Select = $"SELECT {FileRow.Columns} FROM file WHERE id = @Id AND account_id = @Account";

    public static void Map(RouteGroupBuilder files) =>
        files
            .MapGet("/{file:guid}", Handle)
            .RequirePermission(RowingPermission.Read)
            .WithSummary("Read the report of a file")
            .WithReplyExample(FileResource.Example)
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<Results<Reply<FileResource>, Problem>> Handle(
        Guid file,
        Caller caller,
        IDatabase<RowingData> database,
        CancellationToken ct
    )
    {
        var parameters = new { Id = file, Account = caller.Id };
        var row = await database.ReadAsync(r => r.FirstOrDefaultAsync<FileRow>(Select, parameters, ct), ct);
        return row is null ? Problem.NotFound() : Reply.Ok(FileResource.Of(row));
    }
}
