using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Formats;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Storage;

namespace Sillage.Hosting.Upkeep;

/// <summary>Lists the backups in the server's folder; makes one, checks one and deletes one.</summary>
internal static class BackupRoutes
{
    private const string Address = "/api/v1/backups";

    private const string Busy = "A backup is being made or checked already; one thing at a time.";

    private static readonly BackupWork ExampleWork = new(
        BackupAction.Make,
        "sillage-20260131-093000.backup",
        DateTimeOffset.UnixEpoch,
        "copy traces",
        12_582_912,
        48_234_496
    );

    private static readonly BackupList Example = new(
        [
            With(
                new Backup(
                    "sillage-20260131-093000.backup",
                    DateTimeOffset.UnixEpoch,
                    4_823_449,
                    ["accounts", "traces"],
                    new BackupCheck(DateTimeOffset.UnixEpoch, null),
                    []
                )
            ),
        ],
        null,
        new Links(Address)
    );

    public static void MapBackups(this IEndpointRouteBuilder routes)
    {
        var backups = routes.MapGroup(Address).RequirePermission(ServerPermission.ManageBackups).WithTags("Backups");
        backups
            .MapGet("", List)
            .WithSummary("List backups")
            .WithDescription(
                "The backups in the folder that `Backups:Folder` names, all at once, and how far the one is that is being made or checked."
            )
            .WithReplyExample(Example);
        backups
            .MapPost("", Make)
            .WithSummary("Make a backup")
            .WithDescription(
                "Begins one of all data, as it is at one moment, while the server goes on; the list tells how far it is. It holds "
                    + "people's data and password hashes and is not encrypted: keep it as you keep the data."
            )
            .Produces<BackupWork>(StatusCodes.Status202Accepted, "application/json", "application/xml")
            .WithReplyExample(ExampleWork)
            .Fails(StatusCodes.Status409Conflict);
        backups
            .MapPost("/{backup}/check", Check)
            .WithSummary("Check a backup")
            .WithDescription(
                "Begins to see whether it could be restored here, as a restore would, and changes nothing."
            )
            .Produces<BackupWork>(StatusCodes.Status202Accepted, "application/json", "application/xml")
            .WithReplyExample(ExampleWork with { Action = BackupAction.Check })
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
        backups
            .MapDelete("/{backup}", Delete)
            .WithSummary("Delete a backup")
            .Produces(StatusCodes.Status204NoContent)
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
    }

    private static async Task<Reply<BackupList>> List(Backups backups, CancellationToken ct)
    {
        var items = await backups.ListAsync(ct);
        var list = new BackupList([.. items.Select(With)], backups.Work, new Links(Address));
        return new Reply<BackupList>(list) { NoStore = true };
    }

    private static async Task<IResult> Make(
        Caller caller,
        Backups backups,
        IEnumerable<IDatabase> databases,
        CancellationToken ct
    )
    {
        var work = backups.Make();
        if (work is not null)
        {
            await AuditAsync("backup.made", work.Name, caller, databases, ct);
        }

        return Begun(work);
    }

    private static IResult Check(string backup, Backups backups) =>
        backups.Find(backup) is { } file ? Begun(backups.Check(backup, file)) : Problem.NotFound();

    private static async Task<Results<NoContent, Problem>> Delete(
        string backup,
        Caller caller,
        Backups backups,
        IEnumerable<IDatabase> databases,
        CancellationToken ct
    )
    {
        if (backups.Find(backup) is not { } file)
        {
            return Problem.NotFound();
        }

        if (!backups.Delete(backup, file))
        {
            return Problem.Conflict(Busy);
        }

        await AuditAsync("backup.deleted", backup, caller, databases, ct);
        return TypedResults.NoContent();
    }

    // A copy of all that people have given is something that the trail has to know of; any of its parts does.
    private static Task AuditAsync(
        string action,
        string name,
        Caller caller,
        IEnumerable<IDatabase> databases,
        CancellationToken ct
    ) =>
        databases.FirstOrDefault() is { } database
            ? database.WriteAsync(
                async unit =>
                {
                    await unit.AuditAsync(new AuditEntry(action, caller.Id, name), ct);
                    return true;
                },
                ct
            )
            : Task.CompletedTask;

    private static IResult Begun(BackupWork? work) =>
        work is null
            ? Problem.Conflict(Busy)
            : new JsonReply(StatusCodes.Status202Accepted, JsonSerializer.SerializeToUtf8Bytes(work, Json.Options))
            {
                Location = Address,
                NoStore = true,
            };

    private static Backup With(Backup backup) =>
        backup with
        {
            Links = new Links { ["check"] = $"{Address}/{backup.Name}/check" },
        };
}
