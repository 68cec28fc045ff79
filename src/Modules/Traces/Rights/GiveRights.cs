using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Sillage.Accounts.Contracts;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Formats;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Storage;
using Sillage.Traces.Studies;

namespace Sillage.Traces.Rights;

/// <summary>Says what an account may do in a study.</summary>
internal static class GiveRights
{
    private const string Delete = "DELETE FROM study_right WHERE study = @Study AND account = @Account";

    private const string Insert =
        """INSERT INTO study_right (study, account, "right") VALUES (@Study, @Account, @Right)""";

    /// <summary>All the rights that the account is to have.</summary>
    /// <param name="Rights">
    /// 1 to 4 of <c>read</c> (query, watch, export), <c>write</c> (send for any participant), <c>manage</c> (change the
    /// study, hand out credentials, give rights) and <c>identities</c> (see who is behind a pseudonym).
    /// </param>
    public sealed record Request([property: Required] IReadOnlyList<string> Rights);

    public static void Map(RouteGroupBuilder rights) =>
        rights
            .MapPut("/{account:guid}", Handle)
            .RequirePermission(TracesPermission.CreateStudies)
            .RequireRight(StudyRights.Manage)
            .WithSummary("Give rights")
            .WithDescription(
                "Replaces the rights of an account in the study. The right 'identities' has to be "
                    + "given like this even to administrators; every change is audited, and participants see in their data that it was given and why. With the setting "
                    + "Traces:SecondPersonForIdentities nobody gives it to himself."
            )
            .WithRequestExample(new Request(["read"]))
            .WithReplyExample(RightsResource.Example)
            .Fails(
                StatusCodes.Status404NotFound,
                StatusCodes.Status409Conflict,
                StatusCodes.Status412PreconditionFailed
            );

    private static async Task<Results<Reply<RightsResource>, Problem>> Handle(
        Study study,
        Guid account,
        Body<Request> body,
        Precondition precondition,
        Caller caller,
        OpeningPurpose purpose,
        StudyDirectory directory,
        IAccountDirectory accounts,
        Permissions permissions,
        IDatabase<TracesData> database,
        IOptions<TracesOptions> options,
        CancellationToken ct
    )
    {
        if (!(await accounts.FindAsync([account], ct)).TryGetValue(account, out var summary))
        {
            return Problem.NotFound("There is no such account.");
        }

        var usable = Study.AllowedTo(permissions.Of(summary.Role));
        var errors = Check(body.Value.Rights, usable, summary.Role).ToList();
        if (errors.Count > 0)
        {
            return Problem.BadRequest("The rights are not valid.", errors);
        }

        var changed = await database.WriteAsync(
            async unit =>
            {
                var current = await StudyStore.LockAsync(unit, study, caller, ct);
                RightsResource.DemandNotOwner(current, account);
                precondition.Check(RightsResource.Of(current, account, summary));
                var opens =
                    body.Value.Rights.Contains("identities")
                    && (current.Rights.GetValueOrDefault(account) & StudyRights.Identities) == StudyRights.None;
                var toSelf = account == caller.Id;
                if (opens && toSelf && options.Value.SecondPersonForIdentities)
                {
                    throw new ProblemException(
                        Problem.Forbidden(
                            "On this server nobody gives the right 'identities' to himself. Ask somebody else who holds 'manage' in the study."
                        )
                    );
                }

                var why = opens ? purpose.Demand() : null;
                await unit.ExecuteAsync(Delete, new { Study = current.Key, Account = account }, ct);
                foreach (var right in body.Value.Rights.Distinct())
                {
                    await unit.ExecuteAsync(
                        Insert,
                        new
                        {
                            Study = current.Key,
                            Account = account,
                            Right = right,
                        },
                        ct
                    );
                }

                await StudyStore.BumpAsync(unit, current.Key, ct);
                Guid? grant = opens ? RandomId.Create() : null;
                var details = JsonSerializer.Serialize(
                    new
                    {
                        study = study.Slug,
                        rights = body.Value.Rights,
                        grant,
                    },
                    Json.Options
                );
                await unit.AuditAsync(new AuditEntry("study-right.given", caller.Id, account.ToString(), details), ct);
                if (opens)
                {
                    // Under the study too, where participants and owner look. To whom is in the row above, which an erasure finds.
                    var opened = JsonSerializer.Serialize(
                        new
                        {
                            toSelf,
                            purpose = why,
                            grant,
                        },
                        Json.Options
                    );
                    await unit.AuditAsync(new AuditEntry("identities.given", caller.Id, study.Slug, opened), ct);
                }

                unit.OnCommitted(() => directory.Forget(study.Slug));
                return await StudyStore.LoadAsync(unit, study.Slug, ct);
            },
            ct
        );
        return Reply.Ok(RightsResource.Of(changed!, account, summary));
    }

    private static IEnumerable<FieldError> Check(IReadOnlyList<string> rights, StudyRights usable, string role)
    {
        if (rights.Count is 0 or > 4)
        {
            yield return new FieldError("/rights", "1 to 4 rights; delete the entry to take all away.");
            yield break;
        }

        for (var i = 0; i < rights.Count; i++)
        {
            var right = rights[i] is null ? StudyRights.None : Study.RightNamed(rights[i]);
            if (right == StudyRights.None)
            {
                yield return new FieldError($"/rights/{i}", "One of read, write, manage, identities.");
            }
            else if ((usable & right) == StudyRights.None)
            {
                yield return new FieldError(
                    $"/rights/{i}",
                    $"An account with the role '{role}' cannot make use of this right; make it a researcher first."
                );
            }
        }
    }
}
