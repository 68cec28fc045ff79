using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;
using Sillage.Api.Documentation;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Notifications.Contracts;
using Sillage.Notifications.Intake;
using Sillage.Notifications.Kinds;
using Sillage.Notifications.Sending;
using Sillage.Notifications.Templates;
using Sillage.Storage;

namespace Sillage.Notifications.Log;

/// <summary>A kind of notification.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Title">What it is called, in English.</param>
/// <param name="Channels">The channels that it goes by unless somebody chose otherwise.</param>
/// <param name="Security">Whether it concerns security, so that nobody switches it off.</param>
/// <param name="Sendable">Whether it can be asked for through the API.</param>
/// <param name="Links">What one can do next.</param>
public sealed record KindSummary(
    string Name,
    string Title,
    IReadOnlyList<string> Channels,
    bool Security,
    bool Sendable,
    Links Links
)
{
    internal static KindSummary Of(NotificationKind kind) =>
        new(
            kind.Name,
            kind.English.Title,
            WordsOf(kind.Channels),
            kind.IsSecurity,
            kind is { IsSecurity: false, IsSecret: false },
            new Links
            {
                ["preview"] = $"/api/v1/notifications/kinds/{kind.Name}/preview",
                ["test"] = $"/api/v1/notifications/kinds/{kind.Name}/test",
            }
        );

    internal static IReadOnlyList<string> WordsOf(NotificationChannels channels) =>
        [
            .. new[] { (NotificationChannels.App, "app"), (NotificationChannels.Mail, "mail") }
                .Where(pair => channels.HasFlag(pair.Item1))
                .Select(pair => pair.Item2),
        ];
}

/// <summary>All kinds.</summary>
/// <param name="Items">The kinds, by name.</param>
public sealed record KindList(IReadOnlyList<KindSummary> Items);

/// <summary>A mail as it would look.</summary>
/// <param name="Subject">The subject.</param>
/// <param name="Text">The plain form.</param>
/// <param name="Html">The form with markup.</param>
public sealed record MailPreview(string Subject, string Text, string Html);

/// <summary>Lets administrators see the texts of kinds, and try them.</summary>
internal static class TryTemplates
{
    private const string MailPolicy =
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox";

    public static void Map(RouteGroupBuilder notifications)
    {
        notifications
            .MapGet("/kinds", List)
            .RequirePermission(NotificationsPermission.Manage)
            .WithSummary("List kinds of notification")
            .WithReplyExample(new KindList([KindSummary.Of(OwnKinds.Message)]));
        notifications
            .MapGet("/kinds/{kind}/preview", Preview)
            .RequirePermission(NotificationsPermission.Manage)
            .WithSummary("See the mail of a kind")
            .WithDescription(
                "As it would be sent with the kind's example, by the templates of the folder as they are now."
            )
            .WithQuery("language", "en or fr; default en.", "fr")
            .WithReplyExample(new MailPreview("A subject", "A text", "<html>…</html>"))
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
        notifications
            .MapGet("/kinds/{kind}/preview/html", Show)
            .RequirePermission(NotificationsPermission.Manage)
            .WithSummary("See the mail of a kind as a mail program shows it")
            .WithDescription(
                "The form with markup, for a browser: it runs nothing, loads nothing, and is framed by this server's pages alone."
            )
            .WithQuery("language", "en or fr; default en.", "fr")
            .Produces(StatusCodes.Status200OK, contentType: "text/html")
            .Fails(StatusCodes.Status404NotFound, StatusCodes.Status409Conflict);
        notifications
            .MapPost("/kinds/{kind}/test", Test)
            .RequirePermission(NotificationsPermission.Manage)
            .WithSummary("Send me a mail of a kind")
            .WithDescription(
                "To the address of the caller's own account, with the kind's example. What became of it is at the address of `Location`."
            )
            .WithReplyExample(NotificationState.Example)
            .Fails(StatusCodes.Status404NotFound);
    }

    private static Reply<KindList> List(KindCatalog kinds) =>
        Reply.Ok(new KindList([.. kinds.All.Select(KindSummary.Of)]));

    private static async Task<Results<Reply<MailPreview>, Problem>> Preview(
        string kind,
        KindCatalog kinds,
        NotificationTemplates templates,
        string language = "en"
    )
    {
        var (preview, problem) = await PreviewAsync(kind, kinds, templates, language);
        return preview is null ? problem! : Reply.Ok(preview);
    }

    private static async Task<Results<ContentHttpResult, Problem>> Show(
        HttpContext context,
        string kind,
        KindCatalog kinds,
        NotificationTemplates templates,
        string language = "en"
    )
    {
        var (preview, problem) = await PreviewAsync(kind, kinds, templates, language);
        if (preview is null)
        {
            return problem!;
        }

        context.Response.Headers.ContentSecurityPolicy = MailPolicy;
        context.Response.Headers.XFrameOptions = "SAMEORIGIN";
        context.Response.Headers.CacheControl = "no-store";
        return TypedResults.Content(preview.Html, "text/html; charset=utf-8");
    }

    private static async Task<(MailPreview?, Problem?)> PreviewAsync(
        string kind,
        KindCatalog kinds,
        NotificationTemplates templates,
        string language
    )
    {
        if (language is not ("en" or "fr"))
        {
            return (null, Problem.BadRequest("The language is not known.", new FieldError("?language", "en or fr.")));
        }

        if (kinds.Find(kind) is not { } found)
        {
            return (null, Problem.NotFound());
        }

        try
        {
            var unsubscribe = found.IsSecurity ? null : "https://example.org/notifications/unsubscribe/…";
            var texts = await templates.MailAsync(found, language, Example(found), unsubscribe);
            return (new MailPreview(texts.Subject, texts.Text, texts.Html), null);
        }
        catch (TemplateException e)
        {
            return (null, Problem.Conflict(e.Message));
        }
    }

    private static async Task<Results<CreatedReply<NotificationState>, Problem>> Test(
        string kind,
        Caller caller,
        KindCatalog kinds,
        NotificationTemplates templates,
        NotificationIntake intake,
        IDatabase<NotificationsData> database,
        TimeProvider clock,
        CancellationToken ct
    )
    {
        if (kinds.Find(kind) is not { } found)
        {
            return Problem.NotFound();
        }

        var values = Example(found);
        var subject = await templates.SubjectAsync(found, "en", values);
        var data = new Dictionary<string, string>(values)
        {
            ["subject"] = subject,
            ["body"] = await templates.BodyAsync(found, "en", values),
        };
        var id = Guid.CreateVersion7(clock.GetUtcNow());
        var wanted = new NotificationWanted(OwnKinds.Trial.Name, caller.Id, id.ToString(), data);
        var state = await database.WriteAsync(
            async unit =>
            {
                var taken = await intake.TakeAsync(unit, wanted, ct);
                return await NotificationState.FindAsync(unit, taken!.Value, ct);
            },
            ct
        );
        return Reply.Created(state!.Links["self"], state);
    }

    private static Dictionary<string, string> Example(NotificationKind kind) =>
        new(kind.Example, StringComparer.Ordinal) { ["name"] = "Player One", ["username"] = "player-1" };
}
