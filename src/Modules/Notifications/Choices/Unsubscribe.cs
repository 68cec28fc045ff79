using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using Sillage.Api.Access;
using Sillage.Notifications.Contracts;
using Sillage.Notifications.Kinds;
using Sillage.Notifications.Templates;
using Sillage.Storage;

namespace Sillage.Notifications.Choices;

/// <summary>
/// The page that mails lead to. GET shows what would end and does nothing, since programs that scan mail follow every link; POST ends
/// it, by the page's button or by a mail client's one click (RFC 8058).
/// </summary>
internal static class Unsubscribe
{
    private const string Policy =
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes
            .MapGet(UnsubscribeLinks.Path + "{token}", Handle)
            .AllowAnonymous()
            .WithMetadata(new IgnoresCredentialsMetadata())
            .WithSummary("The page that mails lead to")
            .ExcludeFromDescription();
        routes
            .MapPost(UnsubscribeLinks.Path + "{token}", Act)
            .AllowAnonymous()
            .WithMetadata(new IgnoresCredentialsMetadata())
            .WithSummary("Ends mails of a kind")
            .ExcludeFromDescription();
    }

    private static async Task Handle(
        HttpContext context,
        string token,
        KindCatalog kinds,
        NotificationTemplates templates,
        IDatabase<NotificationsData> database,
        IOptions<NotificationsOptions> options,
        CancellationToken ct
    )
    {
        var (found, language) = await FindAsync(database, token, options.Value, ct);
        await ShowAsync(context, templates, Words(found, kinds, language, isDone: false), found is not null);
    }

    private static async Task Act(
        HttpContext context,
        string token,
        KindCatalog kinds,
        NotificationTemplates templates,
        IDatabase<NotificationsData> database,
        IOptions<NotificationsOptions> options,
        CancellationToken ct
    )
    {
        var (found, language) = await FindAsync(database, token, options.Value, ct);
        if (found is not null)
        {
            var choice = new
            {
                found.AccountId,
                found.Kind,
                Channel = "mail",
                Wanted = false,
            };
            await database.WriteAsync(unit => unit.ExecuteAsync(ChoiceRow.Save, choice, ct), ct);
        }

        await ShowAsync(context, templates, Words(found, kinds, language, isDone: true), found is not null);
    }

    private static Task<(Unsubscription?, string)> FindAsync(
        IDatabase<NotificationsData> database,
        string token,
        NotificationsOptions options,
        CancellationToken ct
    ) =>
        database.ReadAsync(
            async reader =>
            {
                var found = await UnsubscribeLinks.FindAsync(reader, token, ct);
                var person = found is null ? null : await PersonRow.FindAsync(reader, found.AccountId, ct);
                return (found, person?.Language ?? options.Language);
            },
            ct
        );

    private static Dictionary<string, string> Words(
        Unsubscription? found,
        KindCatalog kinds,
        string language,
        bool isDone
    )
    {
        var isFrench = language == "fr";
        var kind = found is null ? null : kinds.Find(found.Kind);
        var title = kind is null ? found?.Kind ?? "" : NotificationTemplates.TextsOf(kind, language).Title;
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["language"] = language,
            ["title"] = title,
            ["lead"] = (found, isDone, isFrench) switch
            {
                (null, _, true) => "Ce lien ne désigne rien, ou plus rien.",
                (null, _, false) => "This link stands for nothing, or for nothing any more.",
                (_, true, true) => "C'est fait : plus aucun courriel de ce type ne vous sera envoyé.",
                (_, true, false) => "Done: no more mail of this kind is sent to you.",
                (_, false, true) => "Ne plus recevoir de courriels de ce type ?",
                (_, false, false) => "Stop mails of this kind?",
            },
            ["button"] =
                found is null || isDone ? ""
                : isFrench ? "Ne plus recevoir"
                : "Stop them",
        };
    }

    private static async Task ShowAsync(
        HttpContext context,
        NotificationTemplates templates,
        Dictionary<string, string> words,
        bool isFound
    )
    {
        var page = Encoding.UTF8.GetBytes(await templates.PageAsync("unsubscribe.html.liquid", words));
        context.Response.Headers.ContentSecurityPolicy = Policy;
        context.Response.Headers.CacheControl = "no-store";
        context.Response.StatusCode = isFound ? StatusCodes.Status200OK : StatusCodes.Status404NotFound;
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.ContentLength = page.Length;
        await context.Response.BodyWriter.WriteAsync(page, context.RequestAborted);
    }
}
