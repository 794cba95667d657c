package dynamotest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// Version is that of the DynamoDB Local the tests run against.
const Version = "2.6.1"

// ErrUnavailable says that DynamoDB Local cannot be run on this machine, and why.
var ErrUnavailable = errors.New("DynamoDB Local " + Version + " cannot be run here")

// pom asks Maven for DynamoDB Local and what it needs.
const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>vacancy</groupId><artifactId>dynamodb-local</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>com.amazonaws</groupId><artifactId>DynamoDBLocal</artifactId><version>` + Version + `</version></dependency>
  </dependencies>
</project>
`

// jars answers the folder with DynamoDB Local's jars. The first time on a machine Maven
// fetches them (51 MB) into the user's cache folder; whoever else does so at the same
// time loses the rename and uses what is there.
func jars(ctx context.Context) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	folder := filepath.Join(cache, "vacancy-tools", "dynamodb-local-"+Version)
	if _, err := os.Stat(folder); err == nil {
		return folder, nil
	}
	maven, err := exec.LookPath("mvn")
	if err != nil {
		return "", fmt.Errorf("%w: its jars are not in %s, and there is no mvn to fetch them (install Maven)", ErrUnavailable, folder)
	}
	// #nosec G301 -- a cache of public jars
	if err := os.MkdirAll(filepath.Dir(folder), 0o755); err != nil {
		return "", err
	}
	fresh, err := os.MkdirTemp(filepath.Dir(folder), "dynamodb-local-*")
	if err != nil {
		return "", err
	}
	defer func() { _ = os.RemoveAll(fresh) }()
	if err := os.WriteFile(filepath.Join(fresh, "pom.xml"), []byte(pom), 0o600); err != nil {
		return "", err
	}
	fetch := exec.CommandContext(ctx, maven, "-q", "-B", "dependency:copy-dependencies", "-DincludeScope=runtime", "-DoutputDirectory=.") // #nosec G204 -- a test fetches DynamoDB Local
	fetch.Dir = fresh
	if out, err := fetch.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: Maven does not fetch it: %w\n%s", ErrUnavailable, err, out)
	}
	if err := os.Rename(fresh, folder); err != nil {
		if _, there := os.Stat(folder); there != nil {
			return "", err
		}
	}
	return folder, nil
}
