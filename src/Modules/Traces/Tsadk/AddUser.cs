using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Accounts.Contracts;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Formats;
using Sillage.Api.Problems;
using Sillage.Api.Requests;
using Sillage.Storage;
using Sillage.Traces.Participants;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Tsadk;

/// <summary>Makes an account with the password given and enters it as a participant.</summary>
internal static class AddUser
{
    /// <summary>A new participant with a new account.</summary>
    /// <param name="Username">The user name, 2 characters at least.</param>
    /// <param name="Pwd">The password; the server's rules for passwords hold.</param>
    public sealed record Request(
        [property: Required, StringLength(64, MinimumLength = 2)] string Username,
        [property: Required, StringLength(1024)] string Pwd
    );

    public static void Map(RouteGroupBuilder users) =>
        users
            .MapPost("/", Handle)
            .RequirePermission(TracesPermission.CreateStudies)
            .RequireRight(StudyRights.Manage)
            .WithSummary("Add a TSADK user")
            .WithDescription(
                "Makes an account and enters it as a participant; his address is in the header `uri`. User names are "
                    + "those of the whole server, so one may be taken by somebody outside of the study."
            )
            .Produces<TsadkUser>(StatusCodes.Status201Created, "application/json")
            .WithRequestExample(TsadkExamples.NewUser)
            .WithReplyExample(TsadkExamples.User)
            .Fails(StatusCodes.Status404NotFound);

    private static async Task<IResult> Handle(
        HttpContext http,
        Study study,
        Body<Request> body,
        Caller caller,
        StudyDirectory directory,
        IAccountDirectory accounts,
        IDatabase<TracesData> database,
        TimeProvider clock
    )
    {
        var ct = http.RequestAborted;
        var (username, password) = (body.Value.Username, body.Value.Pwd);
        var made = await accounts.CreateAsync(username, password, caller.Id, ct);
        if (made.Id is not { } account)
        {
            return Problem.BadRequest(made.Refusal!);
        }

        try
        {
            var number = await TieAsync(database, study, account, username, caller, ct);
            await EnterAsync(database, directory, study, number, account, caller, clock, ct);
            var address = TsadkUser.AddressOf(study.Slug, number);
            http.Response.Headers["uri"] = address;
            http.Response.Headers.Location = address;
            return TypedResults.Json(
                new TsadkUser(null, number, username),
                Json.Options,
                statusCode: StatusCodes.Status201Created
            );
        }
        catch
        {
            // An account that takes part in nothing would only hold the name.
            await accounts.WithdrawAsync([account], CancellationToken.None);
            await Enrolment.UntieAsync(database, study.Key, [account], CancellationToken.None);
            throw;
        }
    }

    private static Task<long> TieAsync(
        IDatabase<TracesData> database,
        Study study,
        Guid account,
        string username,
        Caller caller,
        CancellationToken ct
    ) =>
        database.WriteAsync(
            async unit =>
            {
                var current = await StudyStore.LockAsync(unit, study, caller, ct);
                var number = await Enrolment.ReserveAsync(unit, current.Key, 1, ct);
                await Enrolment.TieAsync(unit, current.Key, number, account, username, ct);
                return number;
            },
            ct
        );

    private static Task<bool> EnterAsync(
        IDatabase<TracesData> database,
        StudyDirectory directory,
        Study study,
        long number,
        Guid account,
        Caller caller,
        TimeProvider clock,
        CancellationToken ct
    ) =>
        database.WriteAsync(
            async unit =>
            {
                var current = await StudyStore.LockAsync(unit, study, caller, ct);
                var now = clock.GetUtcNow();
                await Enrolment.EnterAsync(unit, current.Key, number, Pseudonym.Create(), account, now, ct);
                await StudyStore.BumpAsync(unit, current.Key, ct);
                var details = JsonSerializer.Serialize(new { first = number, count = 1 });
                await unit.AuditAsync(new AuditEntry("participants.provisioned", caller.Id, study.Slug, details), ct);
                unit.OnCommitted(() => directory.Forget(study.Slug));
                return true;
            },
            ct
        );
}
