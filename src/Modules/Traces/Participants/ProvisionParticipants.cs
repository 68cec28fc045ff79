using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Accounts.Contracts;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Formats;
using Sillage.Api.Idempotency;
using Sillage.Api.Problems;
using Sillage.Api.Requests;
using Sillage.Storage;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Participants;

/// <summary>Makes accounts for players and enters them as participants.</summary>
internal static class ProvisionParticipants
{
    private const int Maximum = 1000;

    // Names made up here collide only with names that somebody chose; two rounds with random endings are plenty.
    private const int MaximumRounds = 4;

    /// <summary>How many, or who. Exactly one of the two.</summary>
    /// <param name="Count">1 to 1000: user names are made up, <c>{study}-{number}</c>.</param>
    /// <param name="Usernames">1 to 1000 user names for new accounts, no two alike.</param>
    public sealed record Request(
        [property: Range(1, Maximum)] int? Count = null,
        [property: Length(1, Maximum)] IReadOnlyList<string>? Usernames = null
    );

    public static void Map(RouteGroupBuilder participants) =>
        participants
            .MapPost("/", Handle)
            .RequirePermission(TracesPermission.CreateStudies)
            .RequireRight(StudyRights.Manage)
            .WithSummary("Provision participants")
            .WithDescription(
                """
                Makes accounts with generated passwords and enters them as participants. The passwords are shown in this
                reply and never again: as JSON, XML, CSV (`Accept: text/csv` or `?format=csv`) or as a page to print and cut
                (`text/html` or `?format=html`).
                """
            )
            .WithQuery("format", "json, csv or html; takes precedence over Accept.", "csv")
            .WithRequestExample(new { count = 30 })
            .WithReplyExample(ProvisionedParticipants.Example)
            .Produces<ProvisionedParticipants>(
                StatusCodes.Status201Created,
                "application/json",
                "application/xml",
                "text/csv",
                "text/html"
            )
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);

    private static async Task<IResult> Handle(
        HttpContext http,
        Study study,
        Body<Request> body,
        IdempotencyKey key,
        Caller caller,
        StudyDirectory directory,
        IAccountDirectory accounts,
        IDatabase<TracesData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        var form = CredentialsReply.FormOf(http.Request);
        Check(body.Value);
        var location = StudyResource.AddressOf(study.Slug) + "/participants";
        var count = body.Value.Count ?? body.Value.Usernames!.Count;

        // 1. The numbers, in a unit of their own: they are part of the user names.
        var (kept, first) = await database.WriteAsync(
            async unit =>
                await key.FindAsync(unit, ct) is { } reply
                    ? (reply, 0L)
                    : (null, await Enrolment.ReserveAsync(unit, study.Key, count, ct)),
            ct
        );
        if (kept is not null)
        {
            return new CredentialsReply(kept.Json, location, form, study.Slug);
        }

        // 2. The accounts, in the accounts module.
        var made = await ProvisionAsync(accounts, body.Value, study.Slug, first, caller.Id, ct);
        key.Names(made.Select(account => account.Id));

        try
        {
            // 3. The ties, durable before there is a participant that needs one.
            await TieAsync(database, study.Key, first, made, ct);

            // 4. The participants, with the reply that an Idempotency-Key brings again.
            var (json, entered) = await EnterAsync(database, directory, key, study, first, made, caller, clock, ct);
            if (!entered)
            {
                await TakeBackAsync(database, accounts, study.Key, made);
            }

            return new CredentialsReply(json, location, form, study.Slug);
        }
        catch
        {
            // Nobody has seen the passwords: accounts that no one can log in to are of no use to anyone.
            await TakeBackAsync(database, accounts, study.Key, made);
            throw;
        }
    }

    private static Task<bool> TieAsync(
        IDatabase<TracesData> database,
        long study,
        long first,
        IReadOnlyList<ProvisionedAccount> made,
        CancellationToken ct
    ) =>
        database.WriteAsync(
            async unit =>
            {
                for (var i = 0; i < made.Count; i++)
                {
                    await Enrolment.TieAsync(unit, study, first + i, made[i].Id, made[i].Username, ct);
                }

                return true;
            },
            ct
        );

    private static async Task TakeBackAsync(
        IDatabase<TracesData> database,
        IAccountDirectory accounts,
        long study,
        IReadOnlyList<ProvisionedAccount> made
    )
    {
        var ids = made.Select(a => a.Id).ToArray();
        await accounts.WithdrawAsync(ids, CancellationToken.None);
        await Enrolment.UntieAsync(database, study, ids, CancellationToken.None);
    }

    private static void Check(Request request)
    {
        if (request.Count is null == request.Usernames is null)
        {
            throw new ProblemException(
                Problem.BadRequest(
                    "Say how many, or who.",
                    new FieldError("", "Exactly one of 'count' and 'usernames'.")
                )
            );
        }

        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var errors = new List<FieldError>();
        for (var i = 0; i < (request.Usernames?.Count ?? 0); i++)
        {
            if (request.Usernames![i] is not { } name || !seen.Add(name))
            {
                errors.Add(new FieldError($"/usernames/{i}", "A user name that is not there twice."));
            }
        }

        if (errors.Count > 0)
        {
            throw new ProblemException(Problem.BadRequest("The user names are not valid.", errors));
        }
    }

    private static async Task<IReadOnlyList<ProvisionedAccount>> ProvisionAsync(
        IAccountDirectory accounts,
        Request request,
        string study,
        long first,
        Guid actor,
        CancellationToken ct
    )
    {
        var names =
            request.Usernames?.ToArray()
            ?? [.. Enumerable.Range(0, request.Count!.Value).Select(i => $"{study}-{Text(first + i)}")];
        for (var round = 1; ; round++)
        {
            var made = await accounts.ProvisionAsync(names, actor, ct);
            if (made.Refused.Count == 0)
            {
                return made.Accounts;
            }

            if (request.Usernames is not null || round == MaximumRounds)
            {
                throw new ProblemException(
                    Problem.Conflict(
                        "Some user names cannot be had. No account was made.",
                        [
                            .. made
                                .Refused.OrderBy(r => r.Key)
                                .Select(r => new FieldError($"/usernames/{r.Key}", r.Value)),
                        ]
                    )
                );
            }

            foreach (var place in made.Refused.Keys)
            {
                names[place] =
                    $"{study}-{Text(first + place)}-{RandomNumberGenerator.GetString("abcdefghjkmnpqrstvwxyz", 4)}";
            }
        }
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static async Task<(ReadOnlyMemory<byte> Json, bool Entered)> EnterAsync(
        IDatabase<TracesData> database,
        StudyDirectory directory,
        IdempotencyKey key,
        Study study,
        long first,
        IReadOnlyList<ProvisionedAccount> made,
        Caller caller,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        var now = clock.GetUtcNow();
        var items = made.Select(
                (a, i) => new ProvisionedParticipant(first + i, a.Username, a.Password, Pseudonym.Create())
            )
            .ToList();
        ReadOnlyMemory<byte> json = JsonSerializer.SerializeToUtf8Bytes(
            new ProvisionedParticipants(items),
            Json.Options
        );
        return await database.WriteAsync(
            async unit =>
            {
                // Sent twice at once, the other one was first: its reply is the one that holds.
                if (await key.FindAsync(unit, ct) is { } kept)
                {
                    return (kept.Json, false);
                }

                await StudyStore.LockAsync(unit, study, caller, ct);
                for (var i = 0; i < items.Count; i++)
                {
                    var item = items[i];
                    await Enrolment.EnterAsync(unit, study.Key, item.Number, item.Pseudonym, made[i].Id, now, ct);
                }

                await StudyStore.BumpAsync(unit, study.Key, ct);
                var details = JsonSerializer.Serialize(new { first, count = items.Count });
                await unit.AuditAsync(new AuditEntry("participants.provisioned", caller.Id, study.Slug, details), ct);
                await key.KeepAsync(unit, new KeptReply(StatusCodes.Status201Created, null, json), ct);
                unit.OnCommitted(() => directory.Forget(study.Slug));
                return (json, true);
            },
            ct
        );
    }
}
