using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Storage;

namespace Sillage.Files;

/// <summary>Shows what is known of a file, with fresh links to its content; deletes one that nothing has attached.</summary>
internal static class ReadFile
{
    private const string Remove = "DELETE FROM file WHERE id = @Id AND owner_id = @OwnerId AND attached_to IS NULL";

    public static void Map<TModule>(RouteGroupBuilder files)
    {
        files
            .MapGet("/{file:guid}", Handle<TModule>)
            .RequirePermission(Permission.Self)
            .WithSummary("Read a file's entry")
            .WithDescription("Whoever may read what a file is attached to reads the file; before, its sender alone.")
            .WithReplyExample(Examples.File)
            .Fails(StatusCodes.Status404NotFound);
        files
            .MapDelete("/{file:guid}", Delete<TModule>)
            .RequirePermission(Permission.Self)
            .WithSummary("Delete a file")
            .WithDescription(
                "For its sender, as long as it is attached to nothing; what is attached goes with what it belongs to."
            )
            .Produces(StatusCodes.Status204NoContent)
            .Fails(StatusCodes.Status404NotFound);
    }

    private static async Task<Results<Reply<StoredFile>, Problem>> Handle<TModule>(
        Guid file,
        Caller caller,
        IDatabase<TModule> database,
        IFileReaders<TModule> readers,
        FileLinks<TModule> links,
        CancellationToken ct
    )
    {
        var row = await database.ReadAsync(reader => FileStore.FindAsync(reader, file, caller.Id, readers, ct), ct);
        return row is null
            ? Problem.NotFound()
            : new Reply<StoredFile>(await links.ShowAsync(row, caller, ct)) { NoStore = true };
    }

    private static async Task<Results<NoContent, Problem>> Delete<TModule>(
        Guid file,
        Caller caller,
        IDatabase<TModule> database,
        CancellationToken ct
    )
    {
        var removed = await database.WriteAsync(
            unit => unit.ExecuteAsync(Remove, new { Id = file, OwnerId = caller.Id }, ct),
            ct
        );
        return removed == 0 ? Problem.NotFound() : TypedResults.NoContent();
    }
}
