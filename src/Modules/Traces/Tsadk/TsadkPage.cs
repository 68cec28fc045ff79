using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Sillage.Api.Documentation;
using Sillage.Api.Paging;
using Sillage.Api.Problems;

namespace Sillage.Traces.Tsadk;

/// <summary>Lists come whole, as that API gives them, or in pages for those who ask.</summary>
internal static class TsadkPage
{
    public static TBuilder Describe<TBuilder>(TBuilder routes)
        where TBuilder : IEndpointConventionBuilder =>
        routes
            .WithQuery(
                "limit",
                "At most so many, 1 to 1000; the next ones are at the address in the `Link` header. Default: all.",
                "50"
            )
            .WithQuery("after", "Only those after the one with this id. Default 0.", "0");

    /// <summary>Ends the request if the page is too long or holds nothing.</summary>
    /// <exception cref="ProblemException">400.</exception>
    public static void Check(int? limit)
    {
        if (limit is < 1 or > PageRequest.MaximumLimit)
        {
            throw new ProblemException(
                Problem.BadRequest(
                    "The page's length is not valid.",
                    new FieldError("?limit", $"A whole number from 1 to {PageRequest.MaximumLimit}.")
                )
            );
        }
    }

    /// <summary>Tells where the next page is (RFC 8288).</summary>
    public static void SetNext(HttpContext http, int limit, long after)
    {
        var next = string.Create(
            CultureInfo.InvariantCulture,
            $"{http.Request.PathBase + http.Request.Path}?limit={limit}&after={after}"
        );
        http.Response.Headers.Append("Link", $"<{next}>; rel=\"next\"");
    }
}
