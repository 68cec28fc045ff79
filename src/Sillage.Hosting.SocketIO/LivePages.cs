using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Sillage.Api.Access;

namespace Sillage.Hosting.SocketIO;

/// <summary><c>/asyncapi.json</c>, and the same for people: <c>/docs/live</c>.</summary>
internal sealed class LivePages(IEnumerable<LiveDocument> documents) : IRoutePart
{
    private const string Head = """
        <!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Live events</title><style>
        :root{color-scheme:light dark}body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse;width:100%}
        td,th{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0;border-bottom:1px solid #8884}h3{margin:2rem 0 0}code{font-size:.9em}
        </style></head><body><main><h1>Live events</h1><p>Over Socket.IO at <code>/socket.io</code>, or in plain JSON at <code>/api/v1/live</code>. Every event carries one object. One that asks for an acknowledgement is
        answered by one object: what is named here, or <code>{"error": {"message", "data": {"code", "status", "errors", "retryAfter"}}}</code>. The same for programs:
        <a href="/asyncapi.json">/asyncapi.json</a>. Requests by HTTP: <a href="/docs">/docs</a>.</p>
        """;

    public void MapRoutes(IEndpointRouteBuilder routes)
    {
        routes
            .MapGet("/asyncapi.json", Document)
            .AllowAnonymous()
            .WithMetadata(new IgnoresCredentialsMetadata())
            .WithSummary("What is said live, as AsyncAPI 3")
            .ExcludeFromDescription();
        routes
            .MapGet("/docs/live", Page)
            .AllowAnonymous()
            .WithMetadata(new IgnoresCredentialsMetadata())
            .WithSummary("What is said live, as a page")
            .ExcludeFromDescription();
    }

    private IResult Document(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-cache";
        return Results.Text(AsyncApi.Write(documents).ToJsonString(), "application/json", Encoding.UTF8);
    }

    private IResult Page(HttpContext context)
    {
        context.Response.Headers.CacheControl = "no-cache";
        var page = new StringBuilder(Head);
        foreach (var live in documents)
        {
            page.Append($"<h2>Namespace <code>{Text(live.Address)}</code></h2><p>{Text(live.Summary)}</p>");
            page.Append("<h2>What one may send</h2>");
            foreach (var request in live.Requests)
            {
                page.Append($"<h3><code>{Text(request.Name)}</code></h3><p>{Text(request.Summary)}");
                page.Append(request.Permission is { } needed ? $" <small>{Text(needed.Name)}</small></p>" : "</p>");
                Fields(page, "With", AsyncApi.SchemaOf(request.Argument), request.More);
                Fields(page, "Acknowledged by", AsyncApi.SchemaOf(request.Ack));
            }

            page.Append("<h2>What one hears</h2>");
            foreach (var notice in live.Notices)
            {
                page.Append($"<h3><code>{Text(notice.Name)}</code></h3><p>{Text(notice.Summary)}</p>");
                Fields(page, "With", AsyncApi.SchemaOf(notice.Argument));
            }
        }

        return Results.Text(page.Append("</main></body></html>").ToString(), "text/html", Encoding.UTF8);
    }

    private static void Fields(
        StringBuilder page,
        string title,
        JsonObject schema,
        IReadOnlyDictionary<string, string>? more = null
    )
    {
        var rows = (more ?? new Dictionary<string, string>())
            .Select(member => (member.Key, About: (string?)member.Value))
            .Concat(
                (schema["properties"] as JsonObject ?? []).Select(member =>
                    (member.Key, About: (string?)(member.Value as JsonObject)?["description"])
                )
            )
            .ToList();
        page.Append($"<table><thead><tr><th>{title}</th><th></th></tr></thead><tbody>");
        foreach (var (name, about) in rows)
        {
            page.Append($"<tr><td><code>{Text(name)}</code></td><td>{Text(about ?? "")}</td></tr>");
        }

        page.Append(rows.Count == 0 ? "<tr><td>nothing more</td><td></td></tr></tbody></table>" : "</tbody></table>");
    }

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
