using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Notifications.Contracts;
using Sillage.Notifications.Kinds;
using Sillage.Notifications.Templates;
using Sillage.Storage;

namespace Sillage.Notifications.Choices;

/// <summary>How one wants to be notified.</summary>
/// <param name="Language"><c>en</c> or <c>fr</c>; null for that of the server.</param>
/// <param name="Zone">The time zone of the quiet hours, as IANA names it (<c>Europe/Paris</c>); needed with them.</param>
/// <param name="QuietFrom">When the quiet hours begin, by the clock on one's wall (<c>22:00</c>); null for none.</param>
/// <param name="QuietUntil">When they end; before the beginning if it is the next morning.</param>
/// <param name="Digest"><c>hour</c>, <c>day</c> or <c>week</c> for one mail so often; null for each by itself.</param>
public sealed record NotificationTimes(
    [property: RegularExpression("^(en|fr)$")] string? Language = null,
    [property: StringLength(64, MinimumLength = 1)] string? Zone = null,
    [property: RegularExpression("^([01][0-9]|2[0-3]):[0-5][0-9]$")] string? QuietFrom = null,
    [property: RegularExpression("^([01][0-9]|2[0-3]):[0-5][0-9]$")] string? QuietUntil = null,
    [property: RegularExpression("^(hour|day|week)$")] string? Digest = null
);

/// <summary>By which channels a kind reaches one.</summary>
/// <param name="App">Whether it is in the list.</param>
/// <param name="Mail">Whether it comes by mail.</param>
public sealed record KindChannels(bool App, bool Mail);

/// <summary>A kind of notification, and by which channels it reaches one.</summary>
/// <param name="Kind">Its name.</param>
/// <param name="Title">What it is called, in one's language.</param>
/// <param name="App">Whether it is in the list.</param>
/// <param name="Mail">Whether it comes by mail.</param>
/// <param name="Fixed">Whether that cannot be changed, because it concerns security.</param>
public sealed record KindChoice(string Kind, string Title, bool App, bool Mail, bool Fixed);

/// <summary>All that one chose about notifications.</summary>
/// <param name="Times">When, and in which language.</param>
/// <param name="Kinds">Of what, and how.</param>
/// <param name="Links">What one can do next.</param>
public sealed record MyNotificationChoices(NotificationTimes Times, IReadOnlyList<KindChoice> Kinds, Links Links);

/// <summary>Shows and changes how the caller wants to be notified.</summary>
internal static class MyChoices
{
    private const string Address = "/api/v1/me/notification-choices";

    public static void Map(RouteGroupBuilder choices)
    {
        choices
            .MapGet("", Handle)
            .WithSummary("Read how I want to be notified")
            .WithQuery("language", ReadingLanguage.Help, "fr")
            .WithReplyExample(
                new MyNotificationChoices(
                    new NotificationTimes("fr", "Europe/Paris", "22:00", "07:00", "day"),
                    [new KindChoice("notifications.message", "Messages", true, true, false)],
                    new Links(Address)
                )
            );
        choices
            .MapPatch("", Change)
            .WithSummary("Change when I am notified")
            .WithDescription(
                "A JSON Merge Patch of `times`. Quiet hours are by the clock on the wall of a time zone, and hold back mail until they end; what concerns "
                    + "security goes at once. With a digest, mails gather and go as one."
            )
            .WithRequestExample(new NotificationTimes("fr", "Europe/Paris", "22:00", "07:00"))
            .Fails(StatusCodes.Status400BadRequest);
        choices
            .MapPut("/kinds/{kind}", Choose)
            .WithSummary("Choose how a kind reaches me")
            .WithRequestExample(new KindChannels(true, false))
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
    }

    private static async Task<Results<Reply<MyNotificationChoices>, Problem>> Handle(
        Caller caller,
        KindCatalog kinds,
        IDatabase<NotificationsData> database,
        IOptions<NotificationsOptions> options,
        CancellationToken ct,
        string? language = null
    )
    {
        if (ReadingLanguage.Refuse(language) is { } refusal)
        {
            return refusal;
        }

        var (person, choices) = await database.ReadAsync(
            async reader =>
                (await PersonRow.FindAsync(reader, caller.Id, ct), await ChoiceRow.ListAsync(reader, caller.Id, ct)),
            ct
        );
        var reading = ReadingLanguage.Of(language, person, options.Value.Language);
        return Reply.Ok(
            new MyNotificationChoices(
                TimesOf(person),
                [
                    .. kinds
                        .All.Where(kind => kind != OwnKinds.Digest && kind != OwnKinds.Trial)
                        .Select(kind =>
                        {
                            var channels = ChoiceRow.ChannelsOf(kind, choices);
                            return new KindChoice(
                                kind.Name,
                                NotificationTemplates.TextsOf(kind, reading).Title,
                                channels.HasFlag(NotificationChannels.App),
                                channels.HasFlag(NotificationChannels.Mail),
                                kind.IsSecurity
                            );
                        }),
                ],
                new Links(Address)
            )
        );
    }

    private static async Task<Results<NoContent, Problem>> Change(
        MergePatch<NotificationTimes> patch,
        Caller caller,
        IDatabase<NotificationsData> database,
        CancellationToken ct
    )
    {
        var problem = await database.WriteAsync(
            async unit =>
            {
                await unit.LockAsync($"recipient {caller.Id}", ct);
                var times = patch.Apply(TimesOf(await PersonRow.FindAsync(unit, caller.Id, ct)));
                if (Check(times) is { } wrong)
                {
                    return wrong;
                }

                await unit.ExecuteAsync(
                    PersonRow.Save,
                    new PersonRow(
                        caller.Id,
                        times.Language,
                        times.Zone,
                        times.QuietFrom,
                        times.QuietUntil,
                        times.Digest
                    ),
                    ct
                );
                return null;
            },
            ct
        );
        return problem is null ? TypedResults.NoContent() : problem;
    }

    private static async Task<Results<NoContent, Problem>> Choose(
        string kind,
        Body<KindChannels> body,
        Caller caller,
        KindCatalog kinds,
        IDatabase<NotificationsData> database,
        CancellationToken ct
    )
    {
        if (kinds.Find(kind) is not { } found)
        {
            return Problem.NotFound();
        }

        if (found.IsSecurity)
        {
            return Problem.Conflict("This concerns the security of the account, and is always sent.");
        }

        await database.WriteAsync(
            async unit =>
            {
                foreach (var (channel, wanted) in new[] { ("app", body.Value.App), ("mail", body.Value.Mail) })
                {
                    await unit.ExecuteAsync(
                        ChoiceRow.Save,
                        new
                        {
                            AccountId = caller.Id,
                            Kind = kind,
                            Channel = channel,
                            Wanted = wanted,
                        },
                        ct
                    );
                }

                return true;
            },
            ct
        );
        return TypedResults.NoContent();
    }

    private static NotificationTimes TimesOf(PersonRow? person) =>
        new(person?.Language, person?.Zone, person?.QuietFrom, person?.QuietUntil, person?.Digest);

    private static Problem? Check(NotificationTimes times)
    {
        var errors = new List<FieldError>();
        if (times.Zone is { } zone && (zone.Contains('\0') || !TimeZoneInfo.TryFindSystemTimeZoneById(zone, out _)))
        {
            errors.Add(new FieldError("/zone", "A time zone as IANA names it: Europe/Paris."));
        }

        if ((times.QuietFrom is null) != (times.QuietUntil is null))
        {
            errors.Add(new FieldError("/quietUntil", "Quiet hours have a beginning and an end."));
        }

        if (times.QuietFrom is not null && times.QuietFrom == times.QuietUntil)
        {
            errors.Add(new FieldError("/quietUntil", "Another time than the beginning."));
        }

        if (times.QuietFrom is not null && times.Zone is null)
        {
            errors.Add(new FieldError("/zone", "Quiet hours need a time zone."));
        }

        return errors.Count == 0 ? null : Problem.BadRequest("The times are not valid.", errors);
    }
}
