using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sillage.Api.Formats;
using Sillage.Api.Problems;
using Sillage.Api.Replies;

namespace Sillage.Traces.Participants;

/// <summary>The forms in which credentials can be had.</summary>
internal enum CredentialsForm
{
    /// <summary>JSON or XML, as for every resource.</summary>
    Resource,

    /// <summary>A table.</summary>
    Csv,

    /// <summary>A page to print and cut.</summary>
    Html,
}

/// <summary>201 with new credentials in the form asked for; never cached.</summary>
internal sealed class CredentialsReply(ReadOnlyMemory<byte> json, string location, CredentialsForm form, string study)
    : IResult
{
    /// <summary>The form by <c>?format=</c>, else by <c>Accept</c>.</summary>
    /// <exception cref="ProblemException">400: no such format.</exception>
    public static CredentialsForm FormOf(HttpRequest request) =>
        request.Query["format"].ToString() switch
        {
            "csv" => CredentialsForm.Csv,
            "html" => CredentialsForm.Html,
            "json" => CredentialsForm.Resource,
            "" => FormByAccept(request),
            _ => throw new ProblemException(
                Problem.BadRequest("The format is not known.", new FieldError("?format", "One of json, csv, html."))
            ),
        };

    public Task ExecuteAsync(HttpContext httpContext)
    {
        if (form == CredentialsForm.Resource)
        {
            return new JsonReply(StatusCodes.Status201Created, json)
            {
                Location = location,
                NoStore = true,
            }.ExecuteAsync(httpContext);
        }

        var items = JsonSerializer.Deserialize<ProvisionedParticipants>(json.Span, Json.Options)!.Items;
        var response = httpContext.Response;
        response.StatusCode = StatusCodes.Status201Created;
        response.Headers.Location = location;
        response.Headers.CacheControl = "no-store";
        if (form == CredentialsForm.Csv)
        {
            response.ContentType = "text/csv; charset=utf-8; header=present";
            response.Headers.ContentDisposition = $"attachment; filename=\"{study}_credentials.csv\"";
            return response.WriteAsync(CredentialSheet.WriteCsv(items), httpContext.RequestAborted);
        }

        var server = $"{httpContext.Request.Scheme}://{httpContext.Request.Host}{httpContext.Request.PathBase}";
        response.ContentType = "text/html; charset=utf-8";
        response.Headers.ContentSecurityPolicy = CredentialSheet.ContentSecurityPolicy;
        return response.WriteAsync(CredentialSheet.WriteHtml(items, study, server), httpContext.RequestAborted);
    }

    private static CredentialsForm FormByAccept(HttpRequest request)
    {
        foreach (var accepted in request.GetTypedHeaders().Accept.OrderByDescending(a => a.Quality ?? 1))
        {
            switch (accepted.MediaType.Value)
            {
                case "text/csv":
                    return CredentialsForm.Csv;
                case "text/html":
                    return CredentialsForm.Html;
                case "application/json" or "application/xml" or "text/xml" or "*/*" or "application/*":
                    return CredentialsForm.Resource;
                default:
                    break;
            }
        }

        return CredentialsForm.Resource;
    }
}
