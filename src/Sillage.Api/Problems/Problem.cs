using Microsoft.AspNetCore.Http;

namespace Sillage.Api.Problems;

/// <summary>What is wrong with one field of a request.</summary>
/// <param name="Pointer">Where, as a JSON Pointer (RFC 6901) into the body, or <c>?name</c> for a query parameter.</param>
/// <param name="Detail">What is wrong and what would be right.</param>
public sealed record FieldError(string Pointer, string Detail);

/// <summary>An error reply (RFC 9457): what went wrong, where, and how to mend it.</summary>
public sealed class Problem : IResult, IStatusCodeHttpResult
{
    /// <summary>How many errors a reply names; a reply must not grow with the mischief of a request.</summary>
    internal const int MostErrors = 100;

    private Problem(
        int status,
        string title,
        string? detail,
        IReadOnlyList<FieldError>? errors,
        TimeSpan? retryAfter = null
    )
    {
        Status = status;
        Title = title;
        Detail = detail;
        Errors = errors switch
        {
            null or { Count: 0 } => null,
            // Whoever sends many faults is not told so much that the reply is longer than what was sent.
            { Count: > MostErrors } => [.. errors.Take(MostErrors)],
            _ => errors,
        };
        RetryAfter = retryAfter;
    }

    /// <summary>The HTTP status code.</summary>
    public int Status { get; }

    /// <summary>The kind of problem, the same for every occurrence.</summary>
    public string Title { get; }

    /// <summary>What is wrong this time and what to do about it.</summary>
    public string? Detail { get; }

    /// <summary>The bad fields, the first hundred.</summary>
    public IReadOnlyList<FieldError>? Errors { get; }

    /// <summary>When to try again, sent as <c>Retry-After</c> in whole seconds.</summary>
    public TimeSpan? RetryAfter { get; }

    int? IStatusCodeHttpResult.StatusCode => Status;

    /// <summary>400: the request itself is wrong.</summary>
    public static Problem BadRequest(string detail, params IReadOnlyList<FieldError> errors) =>
        new(400, "Bad request", detail, errors);

    /// <summary>401: not known.</summary>
    public static Problem Unauthorized(string detail) => new(401, "Unauthorized", detail, null);

    /// <summary>403: known, but not allowed.</summary>
    public static Problem Forbidden(string detail) => new(403, "Forbidden", detail, null);

    /// <summary>404: absent, or not yours to know of.</summary>
    public static Problem NotFound(string detail = "There is nothing here, or nothing that you may know of.") =>
        new(404, "Not found", detail, null);

    /// <summary>409: at odds with what is there.</summary>
    public static Problem Conflict(string detail, params IReadOnlyList<FieldError> errors) =>
        new(409, "Conflict", detail, errors);

    /// <summary>412: If-Match names a version that is no longer the current one.</summary>
    public static Problem PreconditionFailed(
        string detail = "The resource has changed since; read it again and repeat the change."
    ) => new(412, "Precondition failed", detail, null);

    /// <summary>415, with what would be read.</summary>
    public static Problem UnsupportedMediaType(IEnumerable<string> mediaTypes) =>
        Of(
            StatusCodes.Status415UnsupportedMediaType,
            "Unsupported media type",
            $"The Content-Type has to be one of {string.Join(", ", mediaTypes)}, in UTF-8."
        );

    /// <summary>429: too many, too fast.</summary>
    public static Problem TooManyRequests(string detail, TimeSpan retryAfter) =>
        new(429, "Too many requests", detail, null, retryAfter);

    /// <summary>503: not now.</summary>
    public static Problem Unavailable(string detail, TimeSpan retryAfter) =>
        new(503, "Service unavailable", detail, null, retryAfter);

    /// <summary>Any other status.</summary>
    public static Problem Of(
        int status,
        string title,
        string? detail = null,
        params IReadOnlyList<FieldError> errors
    ) => new(status, title, detail, errors);

    /// <inheritdoc />
    public Task ExecuteAsync(HttpContext httpContext) => ProblemWriter.WriteAsync(httpContext, this);
}
