using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.Options;

namespace Sillage.Hosting.Pipeline;

/// <summary>Which web pages may call this server from a browser: section <c>Cors</c>. None by default.</summary>
public sealed class CorsSettings : IValidatableObject
{
    /// <summary>
    /// The origins of those pages, such as <c>https://game.example.org</c>; <c>*</c> alone for any. Default: none but this
    /// server's own. No cookies are used, so none are allowed.
    /// </summary>
    public IReadOnlyList<string> Origins { get; set; } = [];

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var origin in Origins.Where(o => o != "*"))
        {
            if (
                !Uri.TryCreate(origin, UriKind.Absolute, out var uri)
                || uri.Scheme is not ("http" or "https")
                || uri.GetLeftPart(UriPartial.Authority) != origin
            )
            {
                yield return new ValidationResult(
                    $"'{origin}' is not an origin such as https://game.example.org, without a path or a slash at the end.",
                    [nameof(Origins)]
                );
            }
        }
    }
}

internal sealed class CorsPolicySetup(IOptions<CorsSettings> settings) : IConfigureOptions<CorsOptions>
{
    private static readonly string[] Exposed =
    [
        "ETag",
        "Link",
        "Location",
        "Idempotency-Replayed",
        "RateLimit",
        "RateLimit-Policy",
        "Retry-After",
    ];

    public void Configure(CorsOptions options) =>
        options.AddDefaultPolicy(policy =>
        {
            policy
                .AllowAnyHeader()
                .AllowAnyMethod()
                .WithExposedHeaders(Exposed)
                .SetPreflightMaxAge(TimeSpan.FromHours(1));
            _ = settings.Value.Origins is ["*"]
                ? policy.AllowAnyOrigin()
                : policy.WithOrigins([.. settings.Value.Origins]);
        });
}
