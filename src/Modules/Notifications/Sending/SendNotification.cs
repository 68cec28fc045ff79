using System.ComponentModel.DataAnnotations;
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
using Sillage.Api.Replies;
using Sillage.Api.Requests;
using Sillage.Notifications.Contracts;
using Sillage.Notifications.Intake;
using Sillage.Notifications.Kinds;
using Sillage.Storage;

namespace Sillage.Notifications.Sending;

/// <summary>What somebody is to be notified of: a subject and a text, or a kind with what its templates read.</summary>
/// <param name="Recipient">The account.</param>
/// <param name="Subject">One line; needed unless a kind is named.</param>
/// <param name="Body">Paragraphs with an empty line between them; needed unless a kind is named.</param>
/// <param name="Url">Where its link leads: a path of this site, or an address that begins with <c>https://</c>.</param>
/// <param name="Kind">A kind of notification, instead of a subject and a text.</param>
/// <param name="Data">What the kind's templates read, by name; only with a kind.</param>
/// <param name="Channels"><c>app</c>, <c>mail</c> or both; default: as the kind and the recipient's choice say.</param>
public sealed record NewNotification(
    Guid Recipient,
    [property: StringLength(200, MinimumLength = 1)] string? Subject = null,
    [property: StringLength(10_000, MinimumLength = 1)] string? Body = null,
    [property: StringLength(2000, MinimumLength = 1)] string? Url = null,
    [property: StringLength(100, MinimumLength = 1)] string? Kind = null,
    [property: MaxLength(50)] IReadOnlyDictionary<string, string>? Data = null,
    [property: MaxLength(2)] IReadOnlyList<string>? Channels = null
);

/// <summary>Notifies somebody in the name of a service or an administrator.</summary>
internal static class SendNotification
{
    public static void Map(RouteGroupBuilder notifications) =>
        notifications
            .MapPost("", Handle)
            .RequirePermission(NotificationsPermission.Send)
            .WithSummary("Notify somebody")
            .WithDescription(
                "Takes it in and answers at once; what became of it is at the address of `Location`. What concerns an account's security is sent by "
                    + "the modules alone."
            )
            .WithRequestExample(
                new NewNotification(Guid.Empty, "The study ends on Friday", "Thank you for taking part.")
            )
            .WithReplyExample(NotificationState.Example)
            .Produces<NotificationState>(StatusCodes.Status202Accepted)
            .Fails(StatusCodes.Status400BadRequest);

    private static Task<IResult> Handle(
        Body<NewNotification> body,
        IdempotencyKey key,
        NewNotifications notifications,
        CancellationToken ct
    ) => notifications.SendAsync(body.Value, key, state => state, ct);
}

/// <summary>Takes in what somebody is to be notified of.</summary>
internal sealed class NewNotifications(
    KindCatalog kinds,
    IAccountDirectory directory,
    NotificationIntake intake,
    IDatabase<NotificationsData> database,
    TimeProvider clock
)
{
    /// <summary>Takes one in; 202 with its state in the form that is asked for, or 400.</summary>
    public async Task<IResult> SendAsync(
        NewNotification request,
        IdempotencyKey key,
        Func<NotificationState, object> form,
        CancellationToken ct
    )
    {
        if (Check(request) is { Count: > 0 } errors)
        {
            return Problem.BadRequest("The notification is not valid.", errors);
        }

        if (!(await directory.FindAsync([request.Recipient], ct)).ContainsKey(request.Recipient))
        {
            return Problem.BadRequest(
                "The recipient is not known.",
                new FieldError("/recipient", "The id of an account is expected.")
            );
        }

        key.Names(request.Recipient);
        var wanted = WantedOf(request, Guid.CreateVersion7(clock.GetUtcNow()));
        return await database.WriteAsync<IResult>(
            async unit =>
            {
                if (await key.FindAsync(unit, ct) is { } kept)
                {
                    return kept;
                }

                var id = await intake.TakeAsync(unit, wanted, ct);
                var state = await NotificationState.FindAsync(unit, id!.Value, ct);
                var json = JsonSerializer.SerializeToUtf8Bytes(form(state!), Json.Options);
                var location = state!.Links["self"];
                await key.KeepAsync(unit, new KeptReply(StatusCodes.Status202Accepted, location, json), ct);
                return new JsonReply(StatusCodes.Status202Accepted, json) { Location = location };
            },
            ct
        );
    }

    private List<FieldError> Check(NewNotification request)
    {
        var errors = new List<FieldError>();
        if (request.Kind is { } name)
        {
            if (kinds.Find(name) is not { IsSecurity: false, IsSecret: false })
            {
                errors.Add(new FieldError("/kind", "A kind that GET /api/v1/notifications/kinds lists as sendable."));
            }

            if ((request.Subject ?? request.Body) is not null)
            {
                errors.Add(new FieldError("/subject", "A kind has its own subject and text."));
            }
        }
        else
        {
            if (string.IsNullOrWhiteSpace(request.Subject))
            {
                errors.Add(new FieldError("/subject", "A subject is needed, or a kind."));
            }

            if (string.IsNullOrWhiteSpace(request.Body))
            {
                errors.Add(new FieldError("/body", "A text is needed, or a kind."));
            }

            if (request.Data is not null)
            {
                errors.Add(new FieldError("/data", "Only with a kind."));
            }
        }

        if (request.Url is { } url && !IsLink(url))
        {
            errors.Add(new FieldError("/url", "A path that begins with /, or an address that begins with https://."));
        }

        if (
            request.Channels is { } channels
            && (channels.Count == 0 || channels.Any(channel => ChannelOf(channel) is null))
        )
        {
            errors.Add(new FieldError("/channels", "app, mail or both."));
        }

        return errors;
    }

    // Browsers take a backslash for a slash, and leave tabs and ends of lines out.
    private static bool IsLink(string url) =>
        (
            url.StartsWith('/')
            && !url.StartsWith("//", StringComparison.Ordinal)
            && !url.Any(c => c == '\\' || char.IsControl(c))
        ) || (Uri.TryCreate(url, UriKind.Absolute, out var full) && full.Scheme == Uri.UriSchemeHttps);

    private static NotificationChannels? ChannelOf(string word) =>
        word switch
        {
            "app" => NotificationChannels.App,
            "mail" => NotificationChannels.Mail,
            _ => null,
        };

    private static NotificationWanted WantedOf(NewNotification request, Guid id)
    {
        var data = new Dictionary<string, string>(
            request.Data ?? new Dictionary<string, string>(),
            StringComparer.Ordinal
        );
        foreach (
            var (name, value) in new[] { ("subject", request.Subject), ("body", request.Body), ("url", request.Url) }
        )
        {
            if (value is not null)
            {
                data[name] = value;
            }
        }

        return new NotificationWanted(request.Kind ?? OwnKinds.Message.Name, request.Recipient, id.ToString(), data)
        {
            Channels = request.Channels?.Aggregate(
                NotificationChannels.None,
                (all, channel) => all | ChannelOf(channel)!.Value
            ),
        };
    }
}
