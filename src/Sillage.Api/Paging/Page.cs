using System.Buffers.Text;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Http.Metadata;
using Sillage.Api.Formats;
using Sillage.Api.Problems;
using Sillage.Api.Replies;
using Sillage.Api.Requests.Query;

namespace Sillage.Api.Paging;

/// <summary>One page of a list.</summary>
/// <param name="Items">The page's items.</param>
/// <param name="Next">The address of the next page; null on the last.</param>
public sealed record Page<T>(
    IReadOnlyList<T> Items,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.Never)] string? Next
);

/// <summary>The part of a list that is asked for: <c>?limit=</c> (1 to 1000, default 50) and <c>?cursor=</c>.</summary>
/// <param name="Limit">How many items at most.</param>
/// <param name="Cursor">Where to go on: what the previous page's <c>next</c> holds; null for the first page.</param>
public sealed record PageRequest(int Limit, string? Cursor) : IEndpointParameterMetadataProvider
{
    /// <summary>The longest page.</summary>
    public const int MaximumLimit = 1000;

    /// <summary>How many bytes a page's items may come to in storage: the one that goes beyond is the page's last.</summary>
    public const int MaximumBytes = 4 * 1024 * 1024;

    /// <summary>Binds <c>?limit=</c> and <c>?cursor=</c>.</summary>
    public static ValueTask<PageRequest?> BindAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        var limit = 50;
        if (
            context.Request.Query.TryGetValue("limit", out var text)
            && (
                !int.TryParse(text.ToString(), System.Globalization.NumberStyles.None, null, out limit)
                || limit is < 1 or > MaximumLimit
            )
        )
        {
            throw new ProblemException(
                Problem.BadRequest(
                    "The page's length is not valid.",
                    new FieldError("?limit", "A whole number from 1 to 1000.")
                )
            );
        }

        var cursor = context.Request.Query["cursor"].ToString();
        return ValueTask.FromResult<PageRequest?>(new PageRequest(limit, cursor.Length == 0 ? null : cursor));
    }

    /// <inheritdoc />
    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Metadata.Add(
            new QueryParameterMetadata("limit", "How many items at most, 1 to 1000. Default 50.", "50")
        );
        builder.Metadata.Add(
            new QueryParameterMetadata("cursor", "Where to go on, taken unchanged from the page before.", null)
        );
    }

    /// <summary>The keys of the row after which the page starts: those that <see cref="PageReply{T}"/> was given; null for the first page.</summary>
    /// <exception cref="ProblemException">400: the cursor is not one of this server's.</exception>
    public TKeys? After<TKeys>()
        where TKeys : class
    {
        if (Cursor is null)
        {
            return null;
        }

        try
        {
            var keys = Base64Url.DecodeFromChars(Cursor);
            // No key that was ever given out holds U+0000, and PostgreSQL takes none.
            return keys.AsSpan().IndexOf("\\u0000"u8) >= 0
                ? throw new JsonException()
                : JsonSerializer.Deserialize<TKeys>(keys, Json.Options) ?? throw new JsonException();
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            throw InvalidCursor();
        }
    }

    /// <summary>What ends a request whose cursor can be read and still is not one of this server's.</summary>
    public static ProblemException InvalidCursor() =>
        new(
            Problem.BadRequest(
                "The cursor is not valid.",
                new FieldError("?cursor", "Take it unchanged from the 'next' of the page before.")
            )
        );
}

/// <summary>A page, with the address of the next one in the body and as a <c>Link</c> header (RFC 8288).</summary>
public sealed class PageReply<T>(IReadOnlyList<T> items, object? nextAfter) : IResult, IEndpointMetadataProvider
{
    /// <summary>
    /// Makes a page of rows that were read with one more than the limit: the surplus row tells that there is a next page.
    /// </summary>
    /// <param name="rows">Up to <c>limit + 1</c> rows.</param>
    /// <param name="request">What was asked for.</param>
    /// <param name="keys">The keys of a row, a record that <see cref="PageRequest.After{TKeys}"/> reads back.</param>
    /// <param name="isCut">Whether there are more rows than were read, as no more had room.</param>
    public static PageReply<T> Of(IReadOnlyList<T> rows, PageRequest request, Func<T, object> keys, bool isCut = false)
    {
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(request);
        ArgumentNullException.ThrowIfNull(keys);
        if (rows.Count <= request.Limit)
        {
            return new PageReply<T>(rows, isCut ? keys(rows[^1]) : null);
        }

        return new PageReply<T>([.. rows.Take(request.Limit)], keys(rows[request.Limit - 1]));
    }

    /// <summary>Set where clients expect the items alone, as an array; the address of the next page is in the header only.</summary>
    public bool IsBare { get; init; }

    /// <inheritdoc />
    public Task ExecuteAsync(HttpContext httpContext)
    {
        ArgumentNullException.ThrowIfNull(httpContext);
        var next = Next(httpContext);
        return IsBare
            ? Reply.Ok(items).ExecuteAsync(httpContext)
            : Reply.Ok(new Page<T>(items, next)).ExecuteAsync(httpContext);
    }

    /// <summary>The page's items.</summary>
    public IReadOnlyList<T> Items => items;

    /// <summary>The same page with its items in another form.</summary>
    public PageReply<TOther> Select<TOther>(Func<T, TOther> form) => new([.. items.Select(form)], nextAfter);

    /// <summary>The address of the next page, which is put into the <c>Link</c> header too; null on the last.</summary>
    public string? Next(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (nextAfter is null)
        {
            return null;
        }

        var cursor = Base64Url.EncodeToString(
            JsonSerializer.SerializeToUtf8Bytes(nextAfter, nextAfter.GetType(), Json.Options)
        );
        var query = new QueryBuilder(
            context
                .Request.Query.Where(p => p.Key != "cursor")
                .SelectMany(p => p.Value, (p, v) => KeyValuePair.Create(p.Key, v ?? ""))
        )
        {
            { "cursor", cursor },
        };
        var next = context.Request.PathBase + context.Request.Path + query.ToQueryString();
        context.Response.Headers.Append("Link", $"<{next}>; rel=\"next\"");
        return next;
    }

    /// <inheritdoc />
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Metadata.Add(
            new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(Page<T>), Negotiation.ResourceTypes)
        );
    }
}
