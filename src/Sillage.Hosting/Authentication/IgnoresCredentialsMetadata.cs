namespace Sillage.Hosting.Authentication;

/// <summary>Marks endpoints of the server itself that answer everyone alike and look at no credential.</summary>
internal sealed class IgnoresCredentialsMetadata;
